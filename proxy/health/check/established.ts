import type { Socket } from 'node:net';
import { CLOSED } from './failures.ts';
import { createGoodbye } from './graceful-close.ts';
import { type CheckResult, OK } from './result.ts';
import type { Begin } from './run-check.ts';

/** A connection is established, which `event` tells. It is ended in order, and a greeting of the endpoint is read. */
export const establishedCheck =
  (
    open: (end: Parameters<Begin>[0]) => Socket,
    event: 'connect' | 'secureConnect',
    failureOf: (error: NodeJS.ErrnoException) => CheckResult,
  ): Begin =>
  (end) => {
    const goodbye = createGoodbye(end);
    const socket = open(end);
    socket.once(event, () => {
      goodbye.begin(OK);
      socket.resume().end();
    });
    socket.on('error', (error) => goodbye.over(failureOf(error)));
    socket.once('close', () => goodbye.over(CLOSED));
    return {
      bytesRead: () => socket.bytesRead,
      known: goodbye.known,
      close() {
        goodbye.clear();
        socket.destroy();
      },
    };
  };
