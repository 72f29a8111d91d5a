import { type Candidate, type Picker, step } from '../picker.ts';

/** The fewest open connections per weight; equals take turns. */
export const pickLeastConnections: Picker = (choice, avoid) => {
  const { candidates, open } = choice;
  const count = candidates.length;
  if (count === 0) return -1;
  const start = step(choice);
  let best = -1;
  let bestLoad = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const index = (start + i) % count;
    const { slot, weight } = candidates[index] as Candidate;
    const load = (Atomics.load(open, slot) + 1) / weight;
    if (load < bestLoad && !avoid.has(slot)) {
      best = index;
      bestLoad = load;
    }
  }
  return best;
};
