import { isLong } from '../../quic/read-packet.ts';
import { beginSession, dropOf } from './begin-session.ts';
import type { ConnectionIds, Found } from './connection-ids/connection-ids.ts';
import type { Acceptor } from './context.ts';
import { KEY, setEndpoint } from './datagrams/session-key.ts';
import { enterChanged } from './learn-ids.ts';
import { leaveEndpoint } from './leave-endpoint.ts';
import type { ServedListener } from './served-table.ts';
import { attachEndpoint, attachFound } from './session-endpoint.ts';

const NO_SESSION = -1;

/** Finds the endpoint of the packet that was read, which has a short header. */
const find = (acceptor: Acceptor, ids: ConnectionIds, listener: ServedListener): Found => {
  const { datagrams, table, now } = acceptor;
  const { view } = datagrams.received.memory;
  return ids.find(listener.slot, listener.policy.stickiness?.serverId, view, now, table);
};

/** Notes an ID that leads to a session's endpoint, so that its next datagrams need no search. */
const noteId = (
  { datagrams }: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  session: number,
  found: Exclude<Found, 'Nothing'>,
): void => {
  if (found === 'ServerId') {
    // Whoever guesses a server ID gets no entry in the index for what else he makes up.
    const bytes = ids.onlyLength(listener.slot);
    if (bytes === 0 || bytes > ids.packet.destinationLength) return;
    ids.id.read(datagrams.received.memory.view, ids.packet.destinationAt, bytes);
  }
  ids.sessions.note(session, ids.id);
};

/** Begins to follow the IDs of a session that has got the endpoint that was found. */
const followFound = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  session: number,
  found: Exclude<Found, 'Nothing'>,
): void => {
  acceptor.counters.idCounted(listener.slot, found);
  ids.sessions.begin(session);
  if (acceptor.connections.endpointSlot[session] !== ids.endpoint) return; // that could not be reached
  if (found === 'ConnectionId') ids.sessions.beginFound(session, ids.id);
  else noteId(acceptor, ids, listener, session, found);
};

/**
 * The session of a client whose key names the endpoint that was found. If that has refused it, or was gone
 * for a while, the session is at another endpoint by now, and returns.
 */
const returned = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  session: number,
  count: number,
  found: Exclude<Found, 'Nothing'>,
): number => {
  const { connections, counters, datagrams } = acceptor;
  const at = connections.endpointSlot[session] as number;
  if (at === ids.endpoint) return session;
  const tried = connections.tried.get(session) ?? [];
  const refusedAt = tried.indexOf(ids.endpoint);
  // It has refused it a moment ago.
  if (at < 0 && refusedAt >= 0) return session;
  if (refusedAt >= 0) tried.splice(refusedAt, 1);
  datagrams.strangers++; // it takes as long as a new one
  leaveEndpoint(acceptor, session);
  const attached = attachFound(acceptor, session, ids);
  if (attached !== 'Attached') {
    counters.datagramsDropped(listener.slot, dropOf(attached), count);
    return NO_SESSION;
  }
  followFound(acceptor, ids, listener, session, found);
  return session;
};

/** Begins another session of a client, at the endpoint that was found as `found` says. */
const beginFound = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  count: number,
  found: Exclude<Found, 'Nothing'>,
): number => {
  const { datagrams } = acceptor;
  const session = beginSession(acceptor, listener, datagrams.key, count, (_, connection) =>
    attachFound(acceptor, connection, ids),
  );
  if (session < 0) return NO_SESSION;
  followFound(acceptor, ids, listener, session, found);
  return session;
};

/** The session of a datagram of a client that has none yet. */
const beginWithId = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  count: number,
  isShort: boolean,
): number => {
  const { counters, datagrams } = acceptor;
  let found = 'Nothing' as Found;
  const session = beginSession(acceptor, listener, datagrams.key, count, (_, connection) => {
    // Until its handshake is over a client keeps its address (RFC 9000, section 9), and chooses an ID itself.
    // Only now, since nothing is looked for on behalf of who is denied or over a limit.
    if (isShort) found = find(acceptor, ids, listener);
    return found === 'Nothing'
      ? attachEndpoint(acceptor, connection)
      : attachFound(acceptor, connection, ids);
  });
  if (session < 0) return NO_SESSION;
  if (found !== 'Nothing') followFound(acceptor, ids, listener, session, found);
  else {
    if (isShort) counters.idCounted(listener.slot, 'NotFound');
    ids.sessions.begin(session);
  }
  return session;
};

/**
 * Takes the ID of the packet that was read for the next one of a connection of the session: clients change to
 * IDs that they were told encrypted, some as soon as their handshake is over. It replaces the one before, so
 * that the index has no more IDs than there were handshakes. False if the session had none.
 */
const follow = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  session: number,
): boolean => {
  const { destinationAt: at, destinationLength: available } = ids.packet;
  const bytes = ids.sessions.bytesOf(session);
  if (bytes === 0 || bytes > available) return false;
  ids.id.read(acceptor.datagrams.received.memory.view, at, bytes);
  if (!ids.sessions.replace(session, ids.id)) return false;
  ids.remove(listener.slot, ids.sessions.id);
  enterChanged(acceptor, ids, session, ids.id);
  return true;
};

/**
 * The client of a session has used an ID that is not one of the session's. Either its connection belongs to
 * another endpoint, or it has changed to an ID that its endpoint has told it encrypted.
 */
const onStrangeId = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  session: number,
  count: number,
): number => {
  const { connections, datagrams } = acceptor;
  const { key, sessions } = datagrams;
  const found = find(acceptor, ids, listener);
  if (found !== 'Nothing' && ids.endpoint !== connections.endpointSlot[session]) {
    setEndpoint(key, listener.slot, ids.endpoint);
    const known = sessions.keys.find(key);
    const other =
      known >= 0
        ? returned(acceptor, ids, listener, known, count, found)
        : beginFound(acceptor, ids, listener, count, found);
    key[KEY.Listener] = listener.slot;
    return other;
  }
  if (found === 'ConnectionId' || !follow(acceptor, ids, listener, session))
    if (found !== 'Nothing') noteId(acceptor, ids, listener, session, found);
  return session;
};

/**
 * The session of a datagram of a client of QUIC, which lies from `at` to `end` of what was received, and
 * whose addresses have the session `known`, or -1. It is begun if need be, for `count` datagrams; -1 if these
 * are dropped.
 */
export const sessionById = (
  acceptor: Acceptor,
  ids: ConnectionIds,
  listener: ServedListener,
  at: number,
  end: number,
  count: number,
  known: number,
): number => {
  const { bytes, view } = acceptor.datagrams.received.memory;
  const isShort = end > at && !isLong(bytes[at] as number);
  if (known >= 0 && isShort && ids.sessions.follows(known))
    if (ids.sessions.isLast(known, view, at + 1, end - at - 1)) return known;
  if (known >= 0) ids.sessions.doubt(known);
  const packet = ids.read(bytes, at, end);
  if (known < 0) return beginWithId(acceptor, ids, listener, count, packet === 'Short');
  if (packet === 'Malformed' || packet === 'VersionNegotiation') return known;
  if (!ids.sessions.follows(known)) ids.sessions.begin(known);
  const { destinationAt, destinationLength } = ids.packet;
  const idBytes = packet === 'Short' ? 0 : destinationLength;
  if (idBytes === 0 && packet !== 'Short') return known;
  if (ids.sessions.use(known, view, destinationAt, destinationLength, idBytes)) return known;
  return packet === 'Short' ? onStrangeId(acceptor, ids, listener, known, count) : known;
};
