import { isLong } from '../../quic/read-packet.ts';
import { MOST_ID_BYTES } from '../../quic/versions.ts';
import type { ConnectionId } from './connection-ids/connection-id.ts';
import { ConnectionIds } from './connection-ids/connection-ids.ts';
import { LEAST_ID_BYTES, viewIds } from './connection-ids/ids-memory.ts';
import type { Acceptor } from './context.ts';
import type { AcceptorTable } from './messages.ts';
import { listenerOf } from './served-table.ts';

/** Enters an ID that the endpoint of a session has chosen, with its server ID, for all acceptors. */
const enterLearned = (
  { connections, counters, table, now }: Acceptor,
  ids: ConnectionIds,
  session: number,
  id: ConnectionId,
): void => {
  const slot = connections.listenerSlot[session] as number;
  const endpoint = connections.endpointSlot[session] as number;
  const backend = connections.backendSlot[session] as number;
  if (endpoint < 0) return;
  counters.idCounted(slot, 'Learned');
  const server = listenerOf(table, slot)?.policy.stickiness?.serverId;
  if (ids.enter(slot, server, id, endpoint, backend, now)) counters.idCounted(slot, 'ServerIdContested');
};

/** Enters an ID of a session, or that it is in use; false if the session has no endpoint. */
const keepId = (
  { connections, now }: Pick<Acceptor, 'connections' | 'now'>,
  ids: ConnectionIds,
  session: number,
  id: ConnectionId,
): boolean => {
  const slot = connections.listenerSlot[session] as number;
  const endpoint = connections.endpointSlot[session] as number;
  if (endpoint < 0) return false;
  ids.keep(slot, id, endpoint, connections.backendSlot[session] as number, now);
  return true;
};

/** Enters an ID that the client of a session has changed to: no server ID, since it may have made it up. */
export const enterChanged = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  session: number,
  id: ConnectionId,
): void => {
  const { connections, counters } = acceptor;
  if (keepId(acceptor, ids, session, id))
    counters.idCounted(connections.listenerSlot[session] as number, 'Changed');
};

/** Takes note of the ID that the sender of a packet with a long header has chosen. */
const noteOffered = (acceptor: Acceptor, ids: ConnectionIds, session: number): void => {
  const { connections, counters, datagrams } = acceptor;
  const { sourceAt, sourceLength } = ids.packet;
  const slot = connections.listenerSlot[session] as number;
  if (sourceLength < LEAST_ID_BYTES || sourceLength > MOST_ID_BYTES) {
    counters.idCounted(slot, 'Unusable');
    return;
  }
  ids.id.read(datagrams.received.memory.view, sourceAt, sourceLength);
  if (ids.sessions.offer(session, ids.id)) ids.remove(slot, ids.sessions.id);
};

/**
 * Learns the connection IDs that the endpoint of a session has chosen from the long headers of its handshake,
 * which are in the batch at hand; they count once a short header has shown that it is over. Those of a Retry
 * and of Version Negotiation are not learned: they are sent to forged sources, too, and the second has what
 * the client itself has sent.
 */
export const learnIds = (acceptor: Acceptor, ids: ConnectionIds, session: number, count: number): void => {
  const { received } = acceptor.datagrams;
  const { bytes } = received.memory;
  for (let message = 0; message < count; message++) {
    const begin = received.offsetOf(message);
    const end = begin + received.lengthOf(message);
    const step = received.segmentOf(message) || end - begin;
    for (let at = begin; at < end; at += step) {
      if (!isLong(bytes[at] as number)) {
        while (ids.sessions.confirm(session)) enterLearned(acceptor, ids, session, ids.sessions.id);
        continue;
      }
      const packet = ids.read(bytes, at, Math.min(end, at + step));
      if (packet === 'Initial' || packet === 'Handshake' || packet === 'Other')
        noteOffered(acceptor, ids, session);
    }
  }
};

/** A session is in use: the ID that its client used last must not become the one that was unused longest. */
export const keepLastId = (
  acceptor: Pick<Acceptor, 'connections' | 'now'>,
  ids: ConnectionIds,
  session: number,
): void => {
  if (ids.sessions.readLast(session)) keepId(acceptor, ids, session, ids.sessions.id);
};

/** Has connection IDs followed from the first table on whose listeners want it. */
export const followIds = ({ datagrams, index }: Acceptor, { connectionIds }: AcceptorTable): void => {
  if (connectionIds !== undefined) datagrams.ids ??= new ConnectionIds(viewIds(connectionIds), index);
};
