import type { Connections } from './connections.ts';

/**
 * What the control thread reads of the connections of an acceptor, which is in shared memory anyway. So
 * listing connections costs the acceptor nothing, and nobody pays who does not ask.
 */
export type ConnectionColumns = Pick<
  Connections,
  | 'counts'
  | 'state'
  | 'listenerSlot'
  | 'backendSlot'
  | 'endpointSlot'
  | 'began'
  | 'lastActive'
  | 'received'
  | 'sent'
  | 'clientAddress'
  | 'clientPort'
>;

export const columnsOf = ({
  counts,
  state,
  listenerSlot,
  backendSlot,
  endpointSlot,
  began,
  lastActive,
  received,
  sent,
  clientAddress,
  clientPort,
}: Connections): ConnectionColumns => ({
  counts,
  state,
  listenerSlot,
  backendSlot,
  endpointSlot,
  began,
  lastActive,
  received,
  sent,
  clientAddress,
  clientPort,
});
