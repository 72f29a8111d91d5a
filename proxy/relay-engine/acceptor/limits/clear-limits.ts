import { LISTENER, type LimitsMemory, listenerAt, SOURCE, sourceAt } from './limits-memory.ts';

/** The state of an entry whose source has no connections; see source-table.ts. */
const IDLE = 1;
const FREE = 0;

/**
 * Begins the limits of a listener slot anew at the time `now` in microseconds, for a new listener without
 * connections: its buckets are full, and what earlier listeners in the slot had refused is forgotten. So are
 * the sources of these, which have no connections either.
 */
export const clearLimits = (memory: LimitsMemory, slot: number, now: number): void => {
  const { listeners, sources, entries } = memory;
  const at = listenerAt(slot);
  Atomics.store(listeners, at + LISTENER.LimitedAt, 0);
  for (const bucket of [LISTENER.Rate, LISTENER.Bandwidth, LISTENER.Bandwidth + 1])
    Atomics.store(listeners, at + bucket, now);
  for (let entry = 0; entry < entries; entry++) {
    const state = sourceAt(entry) + SOURCE.State;
    // An acceptor may be giving the entry to a source of another listener: then it is not idle.
    if (sources[state] === IDLE && sources[sourceAt(entry) + SOURCE.Listener] === slot)
      Atomics.compareExchange(sources, state, IDLE, FREE);
  }
};
