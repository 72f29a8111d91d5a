import { ENDPOINT_TOTALS, endpointTotalsAt, type SharedMemory } from '../acceptor/shared-memory.ts';
import { endpointKey, type Table } from '../table/table.ts';
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
  let { received, sent } = places.pastBytes.get(backend) ?? NO_BYTES;
  for (let acceptor = 0; acceptor < acceptors; acceptor++) {
    const at = endpointTotalsAt(acceptor, slot);
    received += shared.totals[at + ENDPOINT_TOTALS.Received] as number;
    sent += shared.totals[at + ENDPOINT_TOTALS.Sent] as number;
  }
  places.pastBytes.set(backend, { received, sent });
};

/**
 * Frees the slots of what is in no table and has no connection left. `beforeFreeing` runs once it is known which, and before any is freed: who
 * still has to look up names by slots does it then.
 */
export const freePlaces = (
  shared: SharedMemory,
  acceptors: number,
  places: Places,
  { listeners, backends }: Table,
  beforeFreeing: () => void,
): void => {
  const listenerNames = new Set(listeners.map(({ name }) => name));
  const backendNames = new Set(backends.map(({ name }) => name));
  const endpoints = new Set(
    backends.flatMap((backend) =>
      [...backend.endpoints, ...backend.resting].map((one) => placeKey(backend.name, endpointKey(one))),
    ),
  );
  const free = {
    listeners: places.listeners.unwanted(
      (name, slot) => listenerNames.has(name) || listenerInUse(shared, acceptors, slot),
    ),
    backends: places.backends.unwanted((name) => backendNames.has(name)),
    endpoints: places.endpoints.unwanted(
      (key, slot) => endpoints.has(key) || Atomics.load(shared.endpointsOpen, slot) !== 0,
    ),
  };
  beforeFreeing();
  for (const [name] of free.listeners) places.listeners.free(name);
  for (const [key, slot] of free.endpoints) {
    if (backendNames.has(backendOf(key))) keepBytes(shared, acceptors, places, key, slot);
    places.endpoints.free(key);
  }
  for (const [name] of free.backends) {
    places.backends.free(name);
    places.pastBytes.delete(name);
  }
};
