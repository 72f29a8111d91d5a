import { clientKey } from '../../table/client-key.ts';
import { type Acceptor, random32 } from './context.ts';
import type { ServedBackend } from './served-table.ts';

/** What `chooseEndpoint` answers instead of an index: no endpoint is left to try, or each is full. */
export const NONE = -1;
export const FULL = -2;

const NOTHING_TRIED: readonly number[] = [];

/**
 * Adds the endpoints that are full to those to avoid; returns whether any is left. All in one go: finding
 * each by a pick of its own would take quadratic time.
 */
const avoidFull = ({ avoid }: Acceptor, { choice, maxConnectionsPerEndpoint }: ServedBackend): boolean => {
  let left = false;
  for (const { slot } of choice.candidates)
    if (Atomics.load(choice.open, slot) >= maxConnectionsPerEndpoint) avoid.add(slot);
    else if (!avoid.has(slot)) left = true;
  return left;
};

/** Picks an endpoint that is not full and counts the connection there; returns its index, NONE or FULL. */
export const chooseEndpoint = (acceptor: Acceptor, connection: number, backend: ServedBackend): number => {
  const { connections, counters, avoid } = acceptor;
  const { pick, choice, maxConnectionsPerEndpoint } = backend;
  // clear() allocates even for an empty set.
  if (avoid.size > 0) avoid.clear();
  for (const slot of connections.tried.get(connection) ?? NOTHING_TRIED) avoid.add(slot);
  const clients = backend.hashesSource ? clientKey(connections.clientAddress, connection * 16) : 0;
  let full = false;
  for (;;) {
    // A random number is used only once: that its endpoint was full reveals something about it.
    const index = pick(choice, avoid, backend.hashesSource ? clients : random32(acceptor));
    const candidate = choice.candidates[index];
    if (candidate === undefined) return full ? FULL : NONE;
    if (counters.takeEndpoint(candidate.slot, maxConnectionsPerEndpoint)) {
      connections.endpointSlot[connection] = candidate.slot;
      return index;
    }
    // Another acceptor may have filled one that was free a moment ago; such an endpoint is avoided
    // individually.
    if (!full && !avoidFull(acceptor, backend)) return FULL;
    full = true;
    avoid.add(candidate.slot);
  }
};
