import type { Socket } from 'node:net';

/**
 * Whoever destroys the socket resets its connection; one that is not made yet, or whose end is on its way, is
 * closed in order.
 */
export const resetOnDestroy = (socket: Socket): void => {
  // Node's own mark, which destroy() acts on.
  if (!socket.connecting && !socket.writableEnded) Object.assign(socket, { resetAndClosing: true });
};

/**
 * Ends a TCP connection with a reset, at once; one that is not made yet, or whose end is on its way, is
 * closed in order. Node's own resetAndDestroy() sends an end of stream first, and when anything destroys the
 * socket before that is out, libuv refuses the reset: the descriptor is never closed then, and the process
 * cannot end.
 */
export const resetSocket = (socket: Socket): void => {
  resetOnDestroy(socket);
  socket.destroy();
};
