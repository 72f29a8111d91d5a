import { endpointKey, type TableBackend, type TableListener } from '../table/table.ts';
import { ENDPOINT_TOTALS, endpointTotalsAt, type SharedMemory } from './acceptor/shared-memory.ts';
import { listenerInUse } from './clean-up.ts';
import { backendOf, placeKey } from './endpoint-slots.ts';
import { NO_BYTES, type Places } from './wire.ts';

/** What an endpoint that gives its slot back has counted stays in the sums of its backend. */
const keepBytes = (
  shared: SharedMemory,
  acceptors: number,
  places: Places,
  key: string,
  slot: number,
): void => {
  const backend = backendOf(key);
  if (places.backends.slotOf(backend) === undefined) return;
  let { received, sent } = places.pastBytes.get(backend) ?? NO_BYTES;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = endpointTotalsAt(acceptor, slot);
    received += shared.totals[at + ENDPOINT_TOTALS.Received] as number;
    sent += shared.totals[at + ENDPOINT_TOTALS.Sent] as number;
  }
  places.pastBytes.set(backend, { received, sent });
};

/** What is served, and so what may count. */
export interface Counting {
  readonly listeners: readonly Pick<TableListener, 'name'>[];
  readonly backends: readonly Pick<TableBackend, 'name' | 'endpoints' | 'resting'>[];
}

export interface Freed {
  readonly endpoints: number;
  /** Whether something that is not served keeps its slot: then this is to be done again. */
  readonly isMore: boolean;
}

export interface FreeOptions {
  /** How long counters stay after they are used no more, so that who reads them now and then sees the last of them. */
  readonly keepMs: number;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: number;
  /** Runs once it is known what is freed, and before it is: who still has to look up names by slots does it then. */
  readonly beforeFreeing: () => void;
}

/**
 * Frees the slots of what is not served, has no connection left and has been so for a while. Every acceptor must have adopted the newest table.
 */
export const freePlaces = (
  shared: SharedMemory,
  acceptors: number,
  places: Places,
  { listeners, backends }: Counting,
  { keepMs, nowMs, beforeFreeing }: FreeOptions,
): Freed => {
  const listenerNames = new Set(listeners.map(({ name }) => name));
  const backendNames = new Set(backends.map(({ name }) => name));
  const endpoints = new Set(
    backends.flatMap((backend) =>
      [...backend.endpoints, ...backend.resting].map((one) => placeKey(backend.name, endpointKey(one))),
    ),
  );
  /** Backends with a connection, in the table or not. */
  const busy = new Set<string>();
  for (const [key, slot] of places.endpoints.entries()) {
    if (Atomics.load(shared.endpointsOpen, slot) !== 0) busy.add(backendOf(key));
    // One that comes back shall not be blamed for what it did before.
    if (!endpoints.has(key)) Atomics.store(shared.failuresInARow, slot, 0);
  }
  const free = {
    listeners: places.listeners.unusedFor(
      (name, slot) => listenerNames.has(name) || listenerInUse(shared, acceptors, slot),
      keepMs,
      nowMs,
    ),
    backends: places.backends.unusedFor((name) => backendNames.has(name) || busy.has(name), keepMs, nowMs),
    endpoints: places.endpoints.unusedFor(
      (key, slot) => endpoints.has(key) || Atomics.load(shared.endpointsOpen, slot) !== 0,
      keepMs,
      nowMs,
    ),
  };
  beforeFreeing();
  for (const [name] of free.listeners) {
    places.listeners.free(name);
    places.lastListeners.delete(name);
  }
  for (const [key, slot] of free.endpoints) {
    keepBytes(shared, acceptors, places, key, slot);
    places.endpoints.free(key);
  }
  for (const [name] of free.backends) {
    places.backends.free(name);
    places.pastBytes.delete(name);
  }
  const isMore =
    [...places.listeners.entries()].some(([name]) => !listenerNames.has(name)) ||
    [...places.backends.entries()].some(([name]) => !backendNames.has(name)) ||
    [...places.endpoints.entries()].some(([key]) => !endpoints.has(key));
  return { endpoints: free.endpoints.length, isMore };
};
