import net from 'node:net';
import { resetSocket } from '../../../program/reset-socket.ts';

/** Opens a connection of its own for one check. */
export const openConnection = (address: string, port: number): net.Socket =>
  // autoSelectFamily off: the address is one address.
  net.connect({ host: address, port, autoSelectFamily: false });

/** Ends it with a reset, which leaves no TIME_WAIT behind; before the connection stands a reset would wait for it. */
export const closeConnection = (socket: net.Socket): void => resetSocket(socket);
