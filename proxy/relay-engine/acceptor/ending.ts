import type { CloseReason } from '../../engine/close-reason.ts';
import { PHASES, type Phase } from '../../engine/ending.ts';
import { closeIndex } from './close-index.ts';
import {
  CLIENT,
  CLOSED,
  CONNECTING,
  ENDED,
  ENDPOINT,
  FREE,
  HANDSHAKE,
  OPENING,
  PREFACE,
  REFUSED,
  RELAYING,
  RESET,
  SECURING,
  SESSION,
  SHUT,
  type Side,
  type State,
  WAITING,
} from './connections.ts';
import type { Acceptor } from './context.ts';
import { closeDescriptor } from './descriptors.ts';
import { leaveEndpoint } from './leave-endpoint.ts';
import { dropPending } from './pending.ts';
import { INTS } from './shared-memory.ts';
import { announceEnd, freeTls } from './tls-transport.ts';
import { leaveQueue } from './waiting.ts';

/** A connection that was relayed and ended within this time counts as a short one. */
const SHORT_MS = 1000;

/**
 * A socket that sent its end of stream first stays in the kernel for a minute after it is closed, and keeps
 * its port. One that was reset does not.
 */
const notePort = ({ connections, counters, sourcePorts, nowMs }: Acceptor, connection: number): void => {
  const flags = connections.flags[connection * 2 + ENDPOINT] as number;
  if (connections.state[connection] !== RELAYING || (flags & RESET) !== 0) return;
  if ((flags & ENDED) !== 0 && (flags & SHUT) === 0) return;
  const endpoint = connections.endpointSlot[connection] as number;
  counters.portKept(endpoint);
  sourcePorts.keeps(endpoint, nowMs);
};

/** How far a connection has come in each state, as it is counted. */
const PHASE_OF: Readonly<Record<State, Phase>> = {
  [FREE]: 'Unknown',
  [PREFACE]: 'Connecting',
  [HANDSHAKE]: 'Connecting',
  [OPENING]: 'Connecting',
  [SECURING]: 'Connecting',
  [CONNECTING]: 'Connecting',
  [WAITING]: 'Waiting',
  [RELAYING]: 'Relaying',
  [SESSION]: 'Relaying',
  [REFUSED]: 'Connecting',
  [CLOSED]: 'Unknown',
};
/** By state number: index in PHASES. */
const PHASE_INDEXES: readonly number[] = Array.from({ length: Object.keys(PHASE_OF).length }, (_, state) =>
  PHASES.indexOf(PHASE_OF[state as State]),
);

const endSession = ({ datagrams, counters }: Acceptor, session: number): void => {
  datagrams.sessions.remove(session);
  datagrams.ids?.sessions.end(session);
  counters.set(INTS.Sessions, datagrams.sessions.count);
};

/** Ends a connection on both sides, with one reason; that of a client that was refused before stays. */
export const closeConnection = (acceptor: Acceptor, connection: number, reason: CloseReason): void => {
  const { connections } = acceptor;
  const state = connections.state[connection] as number;
  if (state === CLOSED || state === FREE) return;
  const { reason: why } = connections.refusals.get(connection) ?? { reason };
  const close = closeIndex(why, PHASE_INDEXES[state] as number);
  // Before anything is given back: whoever sees that a slot is not in use has its last records.
  if (acceptor.accessLog.wants(close)) acceptor.accessLog.put(acceptor, connection, close);
  const ms = acceptor.nowMs - (connections.began[connection] as number);
  if (state === RELAYING && ms < SHORT_MS) acceptor.shortEndedAt = acceptor.now;
  if (state === WAITING) leaveQueue(acceptor, connection);
  if (state === SESSION) endSession(acceptor, connection);
  acceptor.timers.clear(connection);
  // Counted before either peer can see it: whoever has seen a connection end finds the reason in the metrics.
  acceptor.counters.closed(
    connections.listenerSlot[connection] as number,
    close,
    connections.retries[connection] as number,
    ms,
  );
  acceptor.limits?.giveBack(
    connection,
    connections.listenerSlot[connection] as number,
    (connections.received[connection] as number) + (connections.sent[connection] as number),
  );
  const client = connections.fd[connection * 2 + CLIENT] as number;
  // A handshake that is not complete has no stream to end.
  if (state !== HANDSHAKE) announceEnd(acceptor, connection * 2 + CLIENT);
  freeTls(acceptor, connection * 2 + CLIENT);
  if (client >= 0) closeDescriptor(acceptor, client);
  connections.fd[connection * 2 + CLIENT] = -1;
  notePort(acceptor, connection);
  leaveEndpoint(acceptor, connection);
  dropPending(acceptor, connection * 2 + CLIENT);
  dropPending(acceptor, connection * 2 + ENDPOINT);
  connections.release(connection);
  acceptor.counters.left(connections.open);
};

/** Makes closing `side` send a reset, unless the kernel refuses. */
const resetOnClose = ({ connections, sys }: Acceptor, connection: number, side: Side): void => {
  const sideIndex = connection * 2 + side;
  const fd = connections.fd[sideIndex] as number;
  if (fd >= 0 && sys.resetOnClose(fd) >= 0)
    connections.flags[sideIndex] = (connections.flags[sideIndex] as number) | RESET;
};

/**
 * Ends a connection with a reset to `side`, so that it learns that the other side reset, or that something
 * failed.
 */
export const resetConnection = (
  acceptor: Acceptor,
  connection: number,
  side: Side,
  reason: CloseReason,
): void => {
  resetOnClose(acceptor, connection, side);
  closeConnection(acceptor, connection, reason);
};

/**
 * Ends a connection with a reset to both sides, so that neither can mistake a truncated stream for a complete
 * one.
 */
export const resetBoth = (acceptor: Acceptor, connection: number, reason: CloseReason): void => {
  resetOnClose(acceptor, connection, ENDPOINT);
  resetConnection(acceptor, connection, CLIENT, reason);
};
