import type { FailingEndpoint } from '../engine/engine.ts';
import type { SharedMemory } from './acceptor/shared-memory.ts';
import { slotKey } from './endpoint-slots.ts';
import type { Slots } from './slots.ts';

/**
 * The endpoints to which at least `atLeast` attempts in a row failed. Called many times a second, so it reads
 * nothing but these counts, and resolves only the names that it returns.
 */
export const failingEndpoints = (
  { failuresInARow }: Pick<SharedMemory, 'failuresInARow'>,
  endpoints: Slots,
  atLeast: number,
): readonly FailingEndpoint[] => {
  const failing: FailingEndpoint[] = [];
  for (let slot = 0; slot < endpoints.end; slot++) {
    const inARow = Atomics.load(failuresInARow, slot);
    if (inARow < atLeast) continue;
    const key = endpoints.keyOf(slot);
    if (key === undefined) continue;
    const space = key.indexOf(' ');
    failing.push({ backend: key.slice(0, space), endpoint: key.slice(space + 1), inARow });
  }
  return failing;
};

/** Resets the count of an endpoint. */
export const forgetFailures = (
  { failuresInARow }: Pick<SharedMemory, 'failuresInARow'>,
  endpoints: Slots,
  { backend, endpoint }: Pick<FailingEndpoint, 'backend' | 'endpoint'>,
): void => {
  const slot = endpoints.slotOf(slotKey(backend, endpoint));
  if (slot !== undefined) Atomics.store(failuresInARow, slot, 0);
};
