import { openConnection } from './connection.ts';
import type { Begin } from './ender.ts';
import { CLOSED, socketFailure } from './failures.ts';
import { createGoodbye } from './goodbye.ts';
import { OK } from './result.ts';

/** The connection is accepted. It is ended in order, and a greeting of the endpoint is read. */
export const tcpCheck =
  (address: string, port: number): Begin =>
  (end) => {
    const goodbye = createGoodbye(end);
    const socket = openConnection(address, port, end);
    socket.once('connect', () => {
      goodbye.begin(OK);
      socket.resume().end();
    });
    socket.on('error', (error) => goodbye.over(socketFailure(error)));
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
