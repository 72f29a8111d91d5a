import type { LimitsPolicy } from '../../configuration/limits-policy.ts';
import { LIMIT_REASONS, type LimitReason } from '../../engine/limit-reason.ts';
import { CLIENT, CLOSED, FREE, PREFACE } from './connections.ts';
import { type Acceptor, random32 } from './context.ts';
import { closeConnection, resetConnection } from './ending.ts';
import { limitTransports } from './limited-transport.ts';
import { exceeds, mostOpen } from './limits/exceeds.ts';
import { LimitCounts } from './limits/limit-counts.ts';
import { LISTENER, listenerAt, SOURCE, sourceAt, viewLimits } from './limits/limits-memory.ts';
import type { Bucket, ServedLimits } from './limits/served-limits.ts';
import { takeSharedToken } from './limits/shared-bucket.ts';
import { NO_ENTRY } from './limits/source-table.ts';
import { microseconds, takeToken } from './limits/token-bucket.ts';
import type { AcceptorTable } from './messages.ts';
import { Pacing } from './pacing.ts';
import type { ServedListener, ServedTable } from './served-table.ts';

/** Applies a limit that a connection exceeds; returns whether the connection goes on all the same. */
const exceed = (
  acceptor: Acceptor,
  connection: number,
  { enforced, refuseWith }: LimitsPolicy,
  reason: LimitReason,
): boolean => {
  const slot = acceptor.connections.listenerSlot[connection] as number;
  const isAboutSource = reason !== 'ConnectionLimit' && reason !== 'ConnectionRateLimit';
  const seconds = enforced ? Math.max(1, Math.floor(acceptor.nowMs / 1000)) : 0;
  acceptor.limits?.noteRefused(connection, slot, seconds, isAboutSource);
  if (!enforced) {
    acceptor.counters.wouldRefuse(slot, LIMIT_REASONS.indexOf(reason));
    return true;
  }
  if (refuseWith === 'Reset') resetConnection(acceptor, connection, CLIENT, reason);
  else closeConnection(acceptor, connection, reason);
  return false;
};

/** Counts a connection against the limits of its listener as a whole. */
const admitToListener = (acceptor: Acceptor, connection: number): boolean => {
  const { limits: counts, table } = acceptor;
  const slot = acceptor.connections.listenerSlot[connection] as number;
  const limits = table.limits.get(slot);
  if (counts === undefined || limits === undefined) return true;
  const before = counts.countAtListener(connection, slot);
  // Loaded after the connection was counted: whoever lowers a share and then reads what is open misses none.
  const most = mostOpen(counts.memory.listeners, slot, limits);
  return (
    !exceeds(before, limits.connections, most) || exceed(acceptor, connection, limits, 'ConnectionLimit')
  );
};

/**
 * Counts a connection against the limits of its source, and against the rate of its listener, as soon as the
 * address of its client is final; false if it was refused, and has ended. The listener's rate comes last, so
 * that a source that is too fast takes nothing from the others.
 */
export const admitSource = (acceptor: Acceptor, connection: number): boolean => {
  const { connections, limits: counts, table } = acceptor;
  if (counts === undefined) return true;
  const slot = connections.listenerSlot[connection] as number;
  const limits = table.limits.get(slot);
  if (limits === undefined) return true;
  const now = microseconds(acceptor.nowMs);
  if (limits.followsSources && !allowsSource(acceptor, connection, counts, limits, now)) return false;
  if (
    limits.rate === undefined ||
    allowsListener(acceptor, limits.rate, limits.shared, counts.memory.listeners, listenerAt(slot), now)
  )
    acceptor.counters.admitted(slot);
  else if (!exceed(acceptor, connection, limits, 'ConnectionRateLimit')) return false;
  acceptor.pacing?.begin(connection, acceptor.nowMs);
  limitTransports(acceptor, connection, limits);
  return true;
};

const allowsListener = (
  acceptor: Acceptor,
  rate: Bucket,
  isShared: boolean,
  words: Int32Array,
  at: number,
  now: number,
): boolean =>
  isShared
    ? takeSharedToken(words, at, now, random32(acceptor) / 2 ** 32)
    : allowsRate(acceptor, rate, words, at + LISTENER.Rate, now);

const allowsRate = (
  acceptor: Acceptor,
  { cost, size }: Bucket,
  words: Int32Array,
  at: number,
  now: number,
): boolean => takeToken(words, at, now, cost, size, random32(acceptor) / 2 ** 32);

/** Counts a connection against the limits of its source; false if it was refused. */
const allowsSource = (
  acceptor: Acceptor,
  connection: number,
  counts: LimitCounts,
  limits: ServedLimits,
  now: number,
): boolean => {
  const { connections } = acceptor;
  const { connectionsPerSource, sourcePrefixIPv6, sourceRate } = limits;
  const slot = connections.listenerSlot[connection] as number;
  counts.sources.now = now;
  const before = counts.countAtSource(connection, slot, connections.clientAddress, sourcePrefixIPv6);
  if (exceeds(before, connectionsPerSource))
    if (!exceed(acceptor, connection, limits, 'SourceConnectionLimit')) return false;
  const { unfinishedPerSource } = limits;
  if (unfinishedPerSource > 0 && exceeds(counts.countUnfinished(connection), unfinishedPerSource))
    if (!exceed(acceptor, connection, limits, 'UnfinishedLimit')) return false;
  const entry = counts.entryOf(connection);
  if (sourceRate === undefined || entry === NO_ENTRY) return true;
  return (
    allowsRate(acceptor, sourceRate, counts.memory.sources, sourceAt(entry) + SOURCE.Rate, now) ||
    exceed(acceptor, connection, limits, 'SourceRateLimit')
  );
};

/**
 * Counts a connection that has just begun against all limits that can be told already: those of its source
 * after its PROXY header, if the listener expects one. False if it was refused, and has ended.
 */
export const admitNew = (
  acceptor: Acceptor,
  connection: number,
  { preface }: Pick<ServedListener, 'preface'>,
): boolean =>
  admitToListener(acceptor, connection) &&
  (preface?.reads === 'ProxyHeader' || admitSource(acceptor, connection));

/** A new table is about to be adopted: open connections begin to count against limits that are new. */
export const countOpen = (acceptor: Acceptor, table: Pick<ServedTable, 'limits'>): void => {
  const { connections, limits: counts } = acceptor;
  if (counts === undefined || table.limits.size === 0) return;
  counts.sources.now = microseconds(acceptor.nowMs);
  for (let connection = 0; connection < connections.capacity; connection++) {
    const state = connections.state[connection] as number;
    if (state === FREE || state === CLOSED) continue;
    const slot = connections.listenerSlot[connection] as number;
    const limits = table.limits.get(slot);
    if (limits === undefined) continue;
    counts.countAtListener(connection, slot);
    // While its PROXY header is read, the client's address is not final.
    if (state === PREFACE && connections.prefaces.get(connection)?.preface.reads === 'ProxyHeader') continue;
    if (limits.followsSources)
      counts.countAtSource(connection, slot, connections.clientAddress, limits.sourcePrefixIPv6);
    const isUnfinished = connections.received[connection] === 0 && connections.sent[connection] === 0;
    if (limits.unfinishedPerSource > 0 && isUnfinished) counts.countUnfinished(connection);
    limitTransports(acceptor, connection, limits);
  }
};

/** Begins to count limits, and to pace reads, when the first table arrives that needs it. */
export const followLimits = (
  acceptor: Acceptor,
  { limits }: AcceptorTable,
  table: Pick<ServedTable, 'limits'>,
): void => {
  if (limits !== undefined) acceptor.limits ??= new LimitCounts(viewLimits(limits), acceptor.index);
  if ([...table.limits.values()].some(({ pacesReads }) => pacesReads)) acceptor.pacing ??= new Pacing();
};
