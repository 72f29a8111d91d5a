import net from 'node:net';

/** Opens a connection of its own for one check; it ends with a reset (`resetSocket`), which leaves no TIME_WAIT behind. */
export const openConnection = (address: string, port: number): net.Socket =>
  // autoSelectFamily off: the address is one address.
  net.connect({ host: address, port, autoSelectFamily: false });
