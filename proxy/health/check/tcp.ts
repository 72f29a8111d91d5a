import { resetSocket } from '../../../program/reset-socket.ts';
import { openConnection } from './connection.ts';
import type { Begin } from './ender.ts';
import { socketFailure } from './failures.ts';
import { OK } from './result.ts';

/** The connection is accepted. */
export const tcpCheck =
  (address: string, port: number): Begin =>
  (end) => {
    const socket = openConnection(address, port);
    socket.once('connect', () => end(OK));
    socket.on('error', (error) => end(socketFailure(error)));
    return { bytesRead: () => 0, close: () => resetSocket(socket) };
  };
