import type { Socket } from 'node:net';

/**
 * From now on, destroying the socket resets the connection; a socket that is not connected yet, or whose end
 * is already being sent, is closed in order.
 */
export const resetOnDestroy = (socket: Socket): void => {
  // A flag of Node itself that destroy() checks.
  if (!socket.connecting && !socket.writableEnded) Object.assign(socket, { resetAndClosing: true });
};

/**
 * Resets a TCP connection immediately; one that is not connected yet, or whose end is already being sent, is
 * closed in order. Node's own resetAndDestroy() sends an end of stream first; if the socket is destroyed
 * before that is sent, libuv refuses the reset, the descriptor is never closed and the process cannot exit.
 */
export const resetSocket = (socket: Socket): void => {
  resetOnDestroy(socket);
  socket.destroy();
};
