import { LIMIT_REASONS } from '../engine/limit-reason.ts';
import type { LimitStats, SourceLoad, SourceStats } from '../engine/stats.ts';
import type { TableListener } from '../table/table.ts';
import {
  LISTENER,
  type LimitsMemory,
  listenerAt,
  SOURCE,
  SOURCE_TOTALS,
  sourceAt,
  sourceTotalsAt,
} from './acceptor/limits/limits-memory.ts';
import { debtOf } from './acceptor/limits/source-table.ts';
import { microseconds } from './acceptor/limits/token-bucket.ts';
import { LISTENER_TOTALS } from './acceptor/shared-memory.ts';
import { addressText } from './address-text.ts';

/** Sources that are shown for each listener. */
const SHOWN = 10;
/** A listener is limiting for this long after it has refused a connection. */
const LIMITING_SECONDS = 60;

/** What is in the table of sources. */
export interface SourcesRead {
  readonly stats: SourceStats;
  /** By slot of a listener: entries of the sources that use most of it. */
  readonly top: ReadonlyMap<number, readonly number[]>;
}

/** More of its limits is used by the source with the higher number: first by what was refused. */
const weightOf = (sources: Int32Array, entry: number): number => {
  const at = sourceAt(entry);
  const open = (sources[at + SOURCE.State] as number) - 1;
  return (sources[at + SOURCE.Refused] as number) * 2 ** 21 + open;
};

/** Goes through the table of sources once, without involving the acceptors. */
export const readSources = (memory: LimitsMemory, acceptors: number, nowMs: number): SourcesRead => {
  const { sources, totals, entries } = memory;
  const now = microseconds(nowMs);
  const top = new Map<number, number[]>();
  let tracked = 0;
  for (let entry = 0; entry < entries; entry++) {
    const at = sourceAt(entry);
    const state = sources[at + SOURCE.State] as number;
    // An entry that nothing would be lost with is free for other sources.
    if (state <= 0 || (state === 1 && debtOf(sources, at, now) === 0)) continue;
    tracked++;
    const slot = sources[at + SOURCE.Listener] as number;
    const shown = top.get(slot) ?? [];
    top.set(slot, shown);
    const weight = weightOf(sources, entry);
    if (shown.length === SHOWN && weightOf(sources, shown[SHOWN - 1] as number) >= weight) continue;
    const before = shown.findIndex((other) => weightOf(sources, other) < weight);
    shown.splice(before < 0 ? shown.length : before, 0, entry);
    shown.length = Math.min(shown.length, SHOWN);
  }
  const sum = (total: number): number => {
    let all = 0;
    for (let acceptor = 0; acceptor < acceptors; acceptor++)
      all += totals[sourceTotalsAt(acceptor) + total] as number;
    return all;
  };
  return {
    top,
    stats: {
      tracked,
      capacity: entries,
      untrackedTotal: sum(SOURCE_TOTALS.Untracked),
      evictedTotal: sum(SOURCE_TOTALS.Evicted),
    },
  };
};

const loadOf = ({ sources }: LimitsMemory, entry: number, prefix: number): SourceLoad => {
  const at = sourceAt(entry);
  const words = sources.slice(at + SOURCE.Address, at + SOURCE.Address + 4);
  const address = addressText(new Uint8Array(words.buffer), 0);
  return {
    source: address.includes(':') && prefix < 128 ? `${address}/${prefix}` : address,
    open: Math.max(0, (sources[at + SOURCE.State] as number) - 1),
    unfinished: Math.max(0, sources[at + SOURCE.Unfinished] as number),
    connections: (sources[at + SOURCE.Connections] as number) >>> 0,
    refused: (sources[at + SOURCE.Refused] as number) >>> 0,
    bytes: ((sources[at + SOURCE.Kib] as number) >>> 0) * 1024,
  };
};

/** What is counted of the limits of a listener. `total` sums one of its totals over all acceptors. */
export const listenerLimits = (
  memory: LimitsMemory,
  { top }: Pick<SourcesRead, 'top'>,
  nowMs: number,
  slot: number,
  limits: NonNullable<TableListener['policy']['limits']>,
  total: (offset: number) => number,
): LimitStats => {
  const at = listenerAt(slot);
  const limitedAt = memory.listeners[at + LISTENER.LimitedAt] as number;
  return {
    enforced: limits.enforced,
    limiting: limitedAt > 0 && nowMs / 1000 - limitedAt < LIMITING_SECONDS,
    openConnections: Math.max(0, memory.listeners[at + LISTENER.Open] as number),
    wouldRefuse: LIMIT_REASONS.map((reason, index) => ({
      reason,
      total: total(LISTENER_TOTALS.WouldRefuse + index),
    })),
    pausedReads: {
      upload: total(LISTENER_TOTALS.PausedUpload),
      download: total(LISTENER_TOTALS.PausedDownload),
    },
    topSources: (top.get(slot) ?? []).map((entry) => loadOf(memory, entry, limits.sourcePrefixIPv6)),
  };
};
