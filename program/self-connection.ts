import type { Socket } from 'node:net';
import { resetOnDestroy } from './reset-socket.ts';

/**
 * Whether the kernel has connected a socket to itself. If nothing listens on a port of this machine within
 * the range of source ports, the kernel may choose that very port as the source, and both ends of the
 * connection are the same socket: whoever writes reads its own bytes, and no server can get the port.
 */
export const isConnectedToItself = ({
  localAddress,
  localPort,
  remoteAddress,
  remotePort,
}: Socket): boolean => localPort !== undefined && localPort === remotePort && localAddress === remoteAddress;

/** The kernel's error for a port that nothing listens on. */
const refused = (): Error =>
  Object.assign(
    new Error(
      'connect ECONNREFUSED: nothing listens on the port, and the kernel connected the socket to itself',
    ),
    {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    },
  );

/**
 * Calls `refuse` for a socket that the kernel connects to itself, before any other listener learns that it is
 * connected. Reset such a socket: closed in order, its port would be in TIME_WAIT for a minute.
 */
export const onSelfConnection = (socket: Socket, refuse: (error: Error) => void): Socket =>
  socket.prependOnceListener('connect', () => {
    if (isConnectedToItself(socket)) refuse(refused());
  });

/** Destroys a socket that the kernel connects to itself, with the error of a refused connection. */
export const refuseSelfConnection = (socket: Socket): Socket =>
  onSelfConnection(socket, (error) => {
    resetOnDestroy(socket);
    socket.destroy(error);
  });
