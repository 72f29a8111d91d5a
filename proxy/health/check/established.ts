import type { Socket } from 'node:net';
import { CLOSED } from './failures.ts';
import { createGracefulClose } from './graceful-close.ts';
import { type CheckResult, OK } from './result.ts';
import type { StartCheck } from './run-check.ts';

/**
 * Succeeds once a connection is established, which `event` signals. The connection is closed in order, and a
 * greeting from the endpoint is read and discarded. An error that overrules that is a failure even then.
 */
export const establishedCheck =
  (
    open: (end: Parameters<StartCheck>[0]) => Socket,
    event: 'connect' | 'secureConnect',
    failureOf: (error: NodeJS.ErrnoException) => CheckResult,
    overrules: (error: NodeJS.ErrnoException) => boolean = () => false,
  ): StartCheck =>
  (end) => {
    const closing = createGracefulClose(end);
    const socket = open(end);
    socket.once(event, () => {
      closing.begin(OK);
      socket.resume().end();
    });
    socket.on('error', (error) => {
      if (overrules(error)) closing.overrule(failureOf(error));
      else closing.onClosed(failureOf(error));
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
