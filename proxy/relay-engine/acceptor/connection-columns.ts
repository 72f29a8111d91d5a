import type { Connections } from './connections.ts';

/**
 * What the control thread reads of the connections of an acceptor, which is in shared memory anyway. So
 * listing connections costs the acceptor nothing, and nobody pays who does not ask.
 */
export const columnsOf = (of: Connections) => ({
  counts: of.counts,
  state: of.state,
  listenerSlot: of.listenerSlot,
  backendSlot: of.backendSlot,
  endpointSlot: of.endpointSlot,
  began: of.began,
  lastActive: of.lastActive,
  received: of.received,
  sent: of.sent,
  clientAddress: of.clientAddress,
  clientPort: of.clientPort,
});

export type ConnectionColumns = Readonly<ReturnType<typeof columnsOf>>;
