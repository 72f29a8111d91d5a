import type { Socket } from 'node:net';
import { CLOSED } from './failures.ts';
import { createGracefulClose } from './graceful-close.ts';
import { type CheckResult, OK } from './result.ts';
import type { StartCheck } from './run-check.ts';

/**
 * Succeeds once a connection is established, which `event` signals. The connection is closed in order, and a
 * greeting from the endpoint is read and discarded. An error that `refusalOf` knows is a failure even then.
 */
export const establishedCheck =
  (
    open: (end: Parameters<StartCheck>[0]) => Socket,
    event: 'connect' | 'secureConnect',
    failureOf: (error: NodeJS.ErrnoException) => CheckResult,
    refusalOf: (error: NodeJS.ErrnoException) => CheckResult | undefined = () => undefined,
  ): StartCheck =>
  (end) => {
    const closing = createGracefulClose(end);
    const socket = open(end);
    socket.once(event, () => {
      closing.begin(OK);
      socket.resume().end();
    });
    socket.on('error', (error) => {
      const refusal = refusalOf(error);
      if (refusal === undefined) closing.onClosed(failureOf(error));
      else closing.overrule(refusal);
    });
    socket.once('close', () => closing.onClosed(CLOSED));
    return {
      bytesRead: () => socket.bytesRead,
      result: closing.result,
      close() {
        closing.cancel();
        socket.destroy();
      },
    };
  };
