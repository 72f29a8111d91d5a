import type { Socket } from 'node:net';
import { resetOnDestroy } from './reset-socket.ts';

/**
 * Whether the kernel has connected a socket to itself. Where nobody listens on a port of this machine that
 * outgoing connections may come from, it may choose that very port, and both ends of the connection are one:
 * who writes reads his own bytes, and no server gets the port.
 */
export const isConnectedToItself = ({
  localAddress,
  localPort,
  remoteAddress,
  remotePort,
}: Socket): boolean => localPort !== undefined && localPort === remotePort && localAddress === remoteAddress;

/** What the kernel says of a port where nobody listens. */
const refused = (): Error =>
  Object.assign(
    new Error('connect ECONNREFUSED: nobody listens, and the kernel connected the socket to itself'),
    {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    },
  );

/**
 * Tells `refuse` of a socket that the kernel connects to itself, before anybody else learns that it is
 * connected. Reset it: closed in order, its port would be in TIME_WAIT for a minute.
 */
export const onSelfConnection = (socket: Socket, refuse: (error: Error) => void): Socket =>
  socket.prependOnceListener('connect', () => {
    if (isConnectedToItself(socket)) refuse(refused());
  });

/** Destroys a socket that the kernel connects to itself, with the error of one that is refused. */
export const refuseSelfConnection = (socket: Socket): Socket =>
  onSelfConnection(socket, (error) => {
    resetOnDestroy(socket);
    socket.destroy(error);
  });
