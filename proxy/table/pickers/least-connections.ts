import { type Candidate, type Picker, step } from '../picker.ts';

/** Indexes of the equals among which the pick at hand chooses; kept for the next, so that nothing is allocated. */
let equals = new Uint16Array(256);

/** The fewest open connections per weight; equals take turns. */
export const pickLeastConnections: Picker = (choice, avoid) => {
  const { candidates, open } = choice;
  if (candidates.length > equals.length) equals = new Uint16Array(candidates.length);
  let count = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let index = 0; index < candidates.length; index++) {
    const { slot, weight } = candidates[index] as Candidate;
    const load = (Atomics.load(open, slot) + 1) / weight;
    if (load > fewest || avoid.has(slot)) continue;
    if (load < fewest) count = 0;
    fewest = load;
    equals[count++] = index;
  }
  return count === 0 ? -1 : (equals[step(choice) % count] as number);
};
