import type { Candidate, Choice, Picker } from './picker.ts';

/** Turns that an endpoint may catch up on which was busy when they came. More of them would send it a burst once it is idle. */
const CAUGHT_UP = 4;

/** Open connections by candidate as the pick at hand sees them, -1 for one to avoid; kept for the next pick, so that nothing is allocated. */
let loads = new Int32Array(256);
/** Sum of the candidates' weights, of the same pick. */
let total = 0;

/** Reads the loads; returns the candidate that would have the fewest connections per weight with one more, or -1 where every one is to be avoided. */
const readLoads = ({ candidates, open }: Choice, avoid: ReadonlySet<number>): number => {
  const count = candidates.length;
  if (count > loads.length) loads = new Int32Array(count);
  const avoids = avoid.size > 0;
  let least = -1;
  let level = 1;
  let levelWeight = 0;
  total = 0;
  for (let index = 0; index < count; index++) {
    const { slot, weight } = candidates[index] as Candidate;
    total += weight;
    const load = avoids && avoid.has(slot) ? -1 : Atomics.load(open, slot);
    loads[index] = load;
    if (load < 0 || (load + 1) * levelWeight >= level * weight) continue;
    least = index;
    level = load + 1;
    levelWeight = weight;
  }
  return least;
};

/**
 * The fewest open connections per weight. Connections are whole, so where few are open, the one with the greatest weight would have the fewest
 * each time: 300 short connections one after the other would all be its own. So all that are level give or take one connection are
 * equals (with equal weights: those that have the same number), and equals take turns by weight. A turn is due by a clock that counts turns,
 * the later the smaller the weight. Acceptors write clock and dues without locks: what two of them write at the same moment costs a turn, not more.
 */
export const pickLeastConnections: Picker = (choice, avoid, key) => {
  const { candidates, dues, clocks, backendSlot } = choice;
  const least = readLoads(choice, avoid);
  if (least < 0) return -1;
  const level = (loads[least] as number) + 1;
  const levelWeight = (candidates[least] as Candidate).weight;
  const clock = clocks[backendSlot] as number;
  const count = candidates.length;
  let picked = -1;
  let first = Number.POSITIVE_INFINITY;
  // Begun anywhere, so that replicas that start together do not all begin with the same one.
  for (let i = 0, index = key % count; i < count; i++, index = index + 1 === count ? 0 : index + 1) {
    const load = loads[index] as number;
    if (load < 0) continue;
    const { slot, weight } = candidates[index] as Candidate;
    if (load * levelWeight >= level * weight) continue;
    const between = total / weight;
    // Within these bounds whatever it was: weights may have changed since, or the slot's user.
    let due = dues[slot] as number;
    if (due > clock + between) due = dues[slot] = clock + between;
    else if (due < clock - CAUGHT_UP * between) due = dues[slot] = clock - CAUGHT_UP * between;
    if (due >= first) continue;
    first = due;
    picked = index;
  }
  const chosen = candidates[picked] as Candidate;
  dues[chosen.slot] = first + total / chosen.weight;
  if (first > clock) clocks[backendSlot] = first;
  return picked;
};
