import { finish } from './murmur3.ts';
import type { Candidate, Choice, Picker } from './picker.ts';

/** How many pseudo-random entries are tried before the following ones. */
const JUMPS = 32;

const allAvoided = ({ candidates }: Choice, avoid: ReadonlySet<number>): boolean => {
  for (const { slot } of candidates) if (!avoid.has(slot)) return false;
  return true;
};

/**
 * Picks the client's entry in the lookup table (see maglev-table.ts). If that endpoint is to be avoided,
 * picks a pseudo-random entry that is always the same for a client: the entries next to an endpoint's belong
 * to some endpoints more often than to others, because each endpoint took its entries in equal steps. The
 * cost does not depend on the number of endpoints.
 */
export const pickMaglev: Picker = (choice, avoid, key) => {
  const { candidates, turns } = choice;
  const size = turns.length;
  if (size === 0) return -1;
  let at = key % size;
  if (avoid.size === 0) return turns[at] as number;
  if (allAvoided(choice, avoid)) return -1;
  // Terminates, because each endpoint has an entry.
  for (let jumps = 0; ; jumps++) {
    const index = turns[at] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
    at = jumps < JUMPS ? finish(key + jumps) % size : (at + 1) % size;
  }
};
