import { CLIENT, ENDED, SIDES } from './connections.ts';
import type { Acceptor } from './context.ts';
import { TICK_MS } from './timer-wheel.ts';
import type { Transport } from './transport.ts';

/**
 * Tick by which the first byte of a connection has to come, from its client or, in protocols in which the
 * server speaks first, from its endpoint. Undefined if it has come, or there is no such limit.
 */
export const firstByteBy = ({ connections, table }: Acceptor, connection: number): number | undefined => {
  if (table.firstBytes.size === 0) return undefined;
  const ticks = table.firstBytes.get(connections.listenerSlot[connection] as number);
  if (ticks === undefined) return undefined;
  if ((connections.received[connection] as number) > 0 || (connections.sent[connection] as number) > 0)
    return undefined;
  if (((connections.flags[connection * 2 + CLIENT] as number) & ENDED) !== 0) return undefined;
  return Math.floor((connections.began[connection] as number) / TICK_MS) + ticks;
};

/** The first byte of a connection has come: it is no longer an unfinished one, and relaying costs no more. */
const finish = (acceptor: Acceptor, connection: number): void => {
  const { connections, limits } = acceptor;
  limits?.finish(connection);
  for (const side of SIDES) {
    const sideIndex = connection * 2 + side;
    connections.swapTransport(sideIndex, awaited(connections.transportOf(sideIndex)));
  }
};

const AWAITING = new Map<Transport, Transport>();
const INNER = new Map<Transport, Transport>();

/** A transport that notices the first byte, and then gives way to the one below it. */
export const awaiting = (inner: Transport): Transport => {
  const known = AWAITING.get(inner);
  if (known !== undefined) return known;
  const transport: Transport = {
    ...inner,
    recv(acceptor, sideIndex, address, length) {
      const read = inner.recv(acceptor, sideIndex, address, length);
      if (read > 0) finish(acceptor, sideIndex >> 1);
      return read;
    },
  };
  AWAITING.set(inner, transport);
  INNER.set(transport, inner);
  return transport;
};

/** The transport below the one of `awaiting`, or the transport itself. */
export const awaited = (transport: Transport): Transport => INNER.get(transport) ?? transport;
