import type { EndpointAddress, EndpointForecast, ForecastOutcome } from '../../engine/forecast.ts';
import { chancesOf } from '../../table/chances.ts';
import { clientKey } from '../../table/client-key.ts';
import { FULL, NONE, type Picking, pickEndpoint } from '../acceptor/choose-endpoint.ts';
import type { ServedBackend } from '../acceptor/served-table.ts';

/** The most endpoints that are named as those to try next. */
const MOST_NEXT = 8;

/** Picks for a client as an acceptor would, with `avoid` those that were tried; takes nothing. */
const pickingOf = ({ choice }: ServedBackend, avoid: Iterable<number>): Picking => ({
  avoid: new Set(avoid),
  random: 1,
  counters: {
    takeEndpoint: (slot, limit) => limit === 0 || Atomics.load(choice.open, slot) < limit,
  },
});

const slotsOf = ({ choice }: ServedBackend, indexes: readonly number[]): readonly number[] =>
  indexes.flatMap((index) => choice.candidates[index]?.slot ?? []);

/** The endpoints that a client with this hash is tried at, one after the other, by their indexes. */
const inOrder = (backend: ServedBackend, key: number): readonly number[] => {
  const tried: number[] = [];
  while (tried.length <= Math.min(backend.retries, MOST_NEXT)) {
    const index = pickEndpoint(pickingOf(backend, slotsOf(backend, tried)), backend, key);
    if (index === FULL || index === NONE) break;
    tried.push(index);
  }
  return tried;
};

const outcomeOf = (
  backend: ServedBackend,
  addresses: readonly EndpointAddress[],
  key: number,
  possible: readonly number[],
): ForecastOutcome => {
  // Whether there is room does not depend on the algorithm, so this takes nothing of what others share.
  if (addresses.length === 0) return { type: 'Refused', reason: 'NoEndpoint' };
  if (possible.length === 0) return { type: 'Waits' };
  if (!backend.hashesSource && possible.length > 1) return { type: 'OneOf' };
  const [first, ...next] = (backend.hashesSource ? inOrder(backend, key) : possible).map(
    (index) => addresses[index] as EndpointAddress,
  );
  return first === undefined ? { type: 'Waits' } : { type: 'Endpoint', endpoint: first, next };
};

/**
 * What becomes of a client whose 16 bytes of address these are, at a backend whose endpoints have these
 * addresses. Algorithms that share a state among all acceptors are not run, since that would change it: how
 * their picks are distributed follows from it.
 */
export const forecastEndpoint = (
  backend: ServedBackend,
  addresses: readonly EndpointAddress[],
  client: Uint8Array,
): { readonly outcome: ForecastOutcome; readonly endpoints: readonly EndpointForecast[] } => {
  const { choice, maxConnectionsPerEndpoint: most } = backend;
  const key = clientKey(client, 0);
  const open = choice.candidates.map(({ slot }) => Atomics.load(choice.open, slot));
  const isFull = open.map((count) => most > 0 && count >= most);
  const full = new Set(
    slotsOf(
      backend,
      [...isFull.keys()].filter((index) => isFull[index]),
    ),
  );
  const chances = chancesOf(backend.algorithm, choice, full, key);
  const possible = [...chances.keys()].filter((index) => (chances[index] as number) > 0);
  return {
    outcome: outcomeOf(backend, addresses, key, possible),
    endpoints: choice.candidates.map(({ weight }, index) => ({
      ...(addresses[index] as EndpointAddress),
      chance: chances[index] as number,
      weight,
      open: open[index] as number,
      isFull: isFull[index] as boolean,
    })),
  };
};
