import { endpointSeeds } from './endpoint-seeds.ts';
import type { TableEndpoint } from './table.ts';

/**
 * Number of entries in a lookup table; a prime. It does not depend on the number of endpoints: in a table of
 * another size, nearly every client would have another entry, so a size that follows the number of endpoints
 * would move nearly all clients whenever it changed.
 */
export const MAGLEV_ENTRIES = 65537;
const EMPTY = -1;

/**
 * Builds the lookup table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): each endpoint visits the
 * entries in an order of its own, derived from its name, and takes the next free one whenever it is its turn.
 * Turns are in proportion to the weights; the numbers of entries of endpoints with equal weight differ by one
 * at most. Endpoints must be in the table's order, which is the same in all replicas.
 */
export const maglevTable = (endpoints: readonly TableEndpoint[]): Uint16Array => {
  const count = endpoints.length;
  // With a single endpoint every entry would be the same.
  if (count < 2) return new Uint16Array(count);
  const seeds = endpointSeeds(endpoints);
  const position = Uint32Array.from(endpoints, (_, index) => (seeds[index * 2] as number) % MAGLEV_ENTRIES);
  const skip = Uint32Array.from(
    endpoints,
    (_, index) => ((seeds[index * 2 + 1] as number) % (MAGLEV_ENTRIES - 1)) + 1,
  );
  const weights = Uint32Array.from(endpoints, ({ weight }) => weight);
  const greatest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const credit = new Uint32Array(count);
  const entries = new Int32Array(MAGLEV_ENTRIES).fill(EMPTY);
  let free = MAGLEV_ENTRIES;
  for (;;)
    for (let index = 0; index < count; index++) {
      const saved = (credit[index] as number) + (weights[index] as number);
      if (saved < greatest) {
        credit[index] = saved;
        continue;
      }
      credit[index] = saved - greatest;
      const by = skip[index] as number;
      let at = position[index] as number;
      while (entries[at] !== EMPTY) {
        at += by;
        if (at >= MAGLEV_ENTRIES) at -= MAGLEV_ENTRIES;
      }
      entries[at] = index;
      position[index] = at;
      free -= 1;
      if (free === 0) return Uint16Array.from(entries);
    }
};
