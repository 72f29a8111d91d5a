import { endpointKey, type TableBackend, type TableListener } from '../table/table.ts';
import { ENDPOINT_TOTALS, endpointTotalsAt, type SharedMemory } from './acceptor/shared-memory.ts';
import { listenerInUse } from './clean-up.ts';
import { backendOf, slotKey } from './endpoint-slots.ts';
import { NO_BYTES, type SlotRegistry } from './slot-registry.ts';

/** Adds the byte counters of an endpoint to the sums of its backend before its slot is freed. */
const keepBytes = (
  shared: SharedMemory,
  acceptors: number,
  registry: SlotRegistry,
  key: string,
  slot: number,
): void => {
  const backend = backendOf(key);
  if (registry.backends.slotOf(backend) === undefined) return;
  let { received, sent } = registry.pastBytes.get(backend) ?? NO_BYTES;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = endpointTotalsAt(acceptor, slot);
    received += shared.totals[at + ENDPOINT_TOTALS.Received] as number;
    sent += shared.totals[at + ENDPOINT_TOTALS.Sent] as number;
  }
  registry.pastBytes.set(backend, { received, sent });
};

/** What is served and may therefore count. */
export interface Counting {
  readonly listeners: readonly Pick<TableListener, 'name'>[];
  readonly backends: readonly Pick<TableBackend, 'name' | 'endpoints' | 'inactive'>[];
}

export interface Freed {
  readonly endpoints: number;
  /** Whether something that is not served still has a slot; if so, call this again later. */
  readonly isMore: boolean;
}

export interface FreeOptions {
  /** How long counters are kept after their last use, so that a periodic scrape sees their final values. */
  readonly keepMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly nowMs: number;
  /** Called with the slot of each endpoint that is freed. */
  readonly onEndpointFreed: (slot: number) => void;
  /** Called just before slots are freed: the last chance to resolve them to names. */
  readonly beforeFreeing: () => void;
}

/**
 * Frees the slots of what is not served, has no connections, and has been so for `keepMs`. Call it only when
 * every acceptor has adopted the newest table.
 */
export const freeSlots = (
  shared: SharedMemory,
  acceptors: number,
  registry: SlotRegistry,
  { listeners, backends }: Counting,
  { keepMs, nowMs, onEndpointFreed, beforeFreeing }: FreeOptions,
): Freed => {
  const listenerNames = new Set(listeners.map(({ name }) => name));
  const backendNames = new Set(backends.map(({ name }) => name));
  const endpoints = new Set(
    backends.flatMap((backend) =>
      [...backend.endpoints, ...backend.inactive].map((one) => slotKey(backend.name, endpointKey(one))),
    ),
  );
  /** Backends with a connection, including those that are not in the table. */
  const busy = new Set<string>();
  for (const [key, slot] of registry.endpoints.entries()) {
    if (Atomics.load(shared.endpointsOpen, slot) !== 0) busy.add(backendOf(key));
    // An endpoint that is added again starts without its earlier failures.
    if (!endpoints.has(key)) Atomics.store(shared.failuresInARow, slot, 0);
  }
  const free = {
    listeners: registry.listeners.unusedFor(
      (name, slot) => listenerNames.has(name) || listenerInUse(shared, acceptors, slot),
      keepMs,
      nowMs,
    ),
    backends: registry.backends.unusedFor((name) => backendNames.has(name) || busy.has(name), keepMs, nowMs),
    endpoints: registry.endpoints.unusedFor(
      (key, slot) => endpoints.has(key) || Atomics.load(shared.endpointsOpen, slot) !== 0,
      keepMs,
      nowMs,
    ),
  };
  beforeFreeing();
  for (const [name] of free.listeners) {
    registry.listeners.free(name);
    registry.lastListeners.delete(name);
  }
  for (const [key, slot] of free.endpoints) {
    keepBytes(shared, acceptors, registry, key, slot);
    registry.endpoints.free(key);
    onEndpointFreed(slot);
  }
  for (const [name] of free.backends) {
    registry.backends.free(name);
    registry.pastBytes.delete(name);
  }
  const isMore =
    [...registry.listeners.entries()].some(([name]) => !listenerNames.has(name)) ||
    [...registry.backends.entries()].some(([name]) => !backendNames.has(name)) ||
    [...registry.endpoints.entries()].some(([key]) => !endpoints.has(key));
  return { endpoints: free.endpoints.length, isMore };
};
