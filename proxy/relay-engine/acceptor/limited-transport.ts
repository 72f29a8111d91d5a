import { CLIENT, ENDPOINT } from './connections.ts';
import type { Acceptor } from './context.ts';
import { awaited, awaiting } from './first-byte.ts';
import type { ServedLimits } from './limits/served-limits.ts';
import { paced, unpaced } from './paced-transport.ts';
import type { Transport } from './transport.ts';

/** The transport of a side of a connection with limits: with pacing and counting only where needed. */
const limited = (
  acceptor: Acceptor,
  connection: number,
  transport: Transport,
  limits: ServedLimits,
): Transport => {
  const inner = unpaced(awaited(transport));
  const maybePaced = limits.pacesReads ? paced(inner) : inner;
  return acceptor.limits?.isUnfinished(connection) === true ? awaiting(maybePaced) : maybePaced;
};

/** The transport for a side of a connection that would have `transport` without limits. */
export const transportFor = (acceptor: Acceptor, connection: number, transport: Transport): Transport => {
  const { connections, table } = acceptor;
  const limits =
    table.limits.size === 0 ? undefined : table.limits.get(connections.listenerSlot[connection] as number);
  return limits === undefined ? transport : limited(acceptor, connection, transport, limits);
};

/** Gives the sides of a connection that exist the transports that its limits need from now on. */
export const limitTransports = (acceptor: Acceptor, connection: number, limits: ServedLimits): void => {
  const { connections } = acceptor;
  if ((connections.fd[connection * 2 + CLIENT] as number) < 0) return; // a session has no stream
  for (const sideIndex of [connection * 2 + CLIENT, connection * 2 + ENDPOINT]) {
    if ((connections.fd[sideIndex] as number) < 0) continue;
    const transport = limited(acceptor, connection, connections.transportOf(sideIndex), limits);
    connections.swapTransport(sideIndex, transport);
    connections.flags[sideIndex] = (connections.flags[sideIndex] as number) | transport.flags;
  }
};
