import { clientKey } from '../../table/client-key.ts';
import { type Acceptor, random32 } from './context.ts';
import type { ServedBackend } from './served-table.ts';

/** What `chooseEndpoint` answers instead of an index: no endpoint is left to try, or each is full. */
export const NONE = -1;
export const FULL = -2;

const NOTHING_TRIED: readonly number[] = [];

/** What picking works with: an acceptor, or what stands for one in a forecast. */
export interface Picking extends Pick<Acceptor, 'random'> {
  /** Slots of endpoints that must not be picked. */
  readonly avoid: Set<number>;
  readonly counters: {
    /** Counts a connection at an endpoint, unless that has `limit` already; false then. 0 for no limit. */
    takeEndpoint(endpointSlot: number, limit: number): boolean;
  };
}

/**
 * Adds the endpoints that are full to those to avoid; returns whether any is left. All in one go: finding
 * each by a pick of its own would take quadratic time.
 */
const avoidFull = ({ avoid }: Picking, { choice, maxConnectionsPerEndpoint }: ServedBackend): boolean => {
  let left = false;
  for (const { slot } of choice.candidates)
    if (Atomics.load(choice.open, slot) >= maxConnectionsPerEndpoint) avoid.add(slot);
    else if (!avoid.has(slot)) left = true;
  return left;
};

/**
 * Picks an endpoint for a client with this hash that is not full, and takes it; returns its index, NONE or
 * FULL. `avoid` has those that were tried.
 */
export const pickEndpoint = (picking: Picking, backend: ServedBackend, client: number): number => {
  const { counters, avoid } = picking;
  const { pick, choice, maxConnectionsPerEndpoint } = backend;
  let full = false;
  for (;;) {
    // A random number is used only once: that its endpoint was full reveals something about it.
    const index = pick(choice, avoid, backend.hashesSource ? client : random32(picking));
    const candidate = choice.candidates[index];
    if (candidate === undefined) return full ? FULL : NONE;
    if (counters.takeEndpoint(candidate.slot, maxConnectionsPerEndpoint)) return index;
    // Another acceptor may have filled one that was free a moment ago; such an endpoint is avoided
    // individually.
    if (!full && !avoidFull(picking, backend)) return FULL;
    full = true;
    avoid.add(candidate.slot);
  }
};

/** Picks an endpoint that is not full and counts the connection there; returns its index, NONE or FULL. */
export const chooseEndpoint = (acceptor: Acceptor, connection: number, backend: ServedBackend): number => {
  const { connections, avoid } = acceptor;
  // clear() allocates even for an empty set.
  if (avoid.size > 0) avoid.clear();
  for (const slot of connections.tried.get(connection) ?? NOTHING_TRIED) avoid.add(slot);
  const client = backend.hashesSource ? clientKey(connections.clientAddress, connection * 16) : 0;
  const index = pickEndpoint(acceptor, backend, client);
  const candidate = backend.choice.candidates[index];
  if (candidate !== undefined) connections.endpointSlot[connection] = candidate.slot;
  return index;
};
