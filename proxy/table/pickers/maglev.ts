import { finish } from './murmur3.ts';
import type { Candidate, Choice, Picker } from './picker.ts';

/** Entries that are looked at elsewhere in the table, before the next ones in it are. */
const JUMPS = 32;

const allAvoided = ({ candidates }: Choice, avoid: ReadonlySet<number>): boolean => {
  for (const { slot } of candidates) if (!avoid.has(slot)) return false;
  return true;
};

/**
 * The client's entry of the lookup table (see maglev-table.ts). Where that is of an endpoint to avoid, an entry as good as random, but
 * the same for the client each time: neighbours of an endpoint's entries are not of all others alike, since each endpoint took its
 * entries in equal steps. Costs the same however many endpoints there are.
 */
export const pickMaglev: Picker = (choice, avoid, key) => {
  const { candidates, turns } = choice;
  const size = turns.length;
  if (size === 0) return -1;
  let at = key % size;
  if (avoid.size === 0) return turns[at] as number;
  if (allAvoided(choice, avoid)) return -1;
  // Each endpoint has an entry, so this ends.
  for (let jumps = 0; ; jumps++) {
    const index = turns[at] as number;
    if (!avoid.has((candidates[index] as Candidate).slot)) return index;
    at = jumps < JUMPS ? finish(key + jumps) % size : (at + 1) % size;
  }
};
