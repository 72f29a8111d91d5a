import type { LimitForecast } from '../../engine/forecast.ts';
import { exceeds, mostOpen } from '../acceptor/limits/exceeds.ts';
import {
  LISTENER,
  type LimitsMemory,
  listenerAt,
  SOURCE,
  sourceAt,
} from '../acceptor/limits/limits-memory.ts';
import type { Bucket, ServedLimits } from '../acceptor/limits/served-limits.ts';
import { afterTakingShared } from '../acceptor/limits/shared-bucket.ts';
import { NO_ENTRY, SourceTable } from '../acceptor/limits/source-table.ts';
import { afterTaking, microseconds, mostShort, NO_TOKEN } from '../acceptor/limits/token-bucket.ts';

/** Of a cost with a fraction, which is rounded by chance: rounded down, a client that may get in does. */
const ROUND_DOWN = 0;

/** What limits are asked about. */
export interface LimitedFlow {
  readonly memory: LimitsMemory;
  /** Slot of the listener. */
  readonly slot: number;
  readonly limits: ServedLimits;
  readonly client: Uint8Array;
  /** By the clock of the acceptors. */
  readonly nowMs: number;
}

const ofConnections = (
  reason: LimitForecast['reason'],
  used: number,
  limit: number,
  most = limit,
): readonly LimitForecast[] =>
  limit === 0 ? [] : [{ reason, used: Math.max(0, used), most, isExceeded: exceeds(used, limit, most) }];

const ofRate = (
  reason: LimitForecast['reason'],
  { cost, size }: Bucket,
  short: (cost: number, most: number) => number,
): LimitForecast => {
  const most = mostShort(cost, size);
  const next = short(Math.floor(cost + ROUND_DOWN), most);
  const left = next === NO_TOKEN ? 0 : Math.floor((most - next) / cost) + 1;
  return { reason, used: left, most: Math.round(size / cost), isExceeded: next === NO_TOKEN };
};

/** What admission.ts would find, in its order; nothing is counted. */
export const forecastLimits = ({
  memory,
  slot,
  limits,
  client,
  nowMs,
}: LimitedFlow): readonly LimitForecast[] => {
  const now = microseconds(nowMs);
  const words = memory.listeners;
  const at = listenerAt(slot);
  const entry = limits.followsSources
    ? new SourceTable(memory, 0).entryOf(slot, client, 0, limits.sourcePrefixIPv6)
    : NO_ENTRY;
  const ofSource = (word: number): number =>
    entry === NO_ENTRY ? 0 : Atomics.load(memory.sources, sourceAt(entry) + word);
  const { rate, sourceRate, shared } = limits;
  return [
    ...ofConnections(
      'ConnectionLimit',
      Atomics.load(words, at + LISTENER.Open),
      limits.connections,
      mostOpen(words, slot, limits),
    ),
    // A source without an entry gets one, with nothing counted yet; the state of one with it is one more.
    ...ofConnections('SourceConnectionLimit', ofSource(SOURCE.State) - 1, limits.connectionsPerSource),
    ...ofConnections('UnfinishedLimit', ofSource(SOURCE.Unfinished), limits.unfinishedPerSource),
    ...(sourceRate === undefined
      ? []
      : [
          ofRate('SourceRateLimit', sourceRate, (cost, most) =>
            afterTaking(entry === NO_ENTRY ? now : ofSource(SOURCE.Rate), now, cost, most),
          ),
        ]),
    ...(rate === undefined
      ? []
      : [
          ofRate('ConnectionRateLimit', rate, (cost, most) => {
            const full = Atomics.load(words, at + LISTENER.Rate);
            return shared
              ? afterTakingShared(words, at, full, now, ROUND_DOWN)
              : afterTaking(full, now, cost, most);
          }),
        ]),
  ];
};
