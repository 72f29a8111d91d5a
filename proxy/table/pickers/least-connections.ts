import type { Candidate, Choice, Picker } from './picker.ts';

/**
 * How many missed turns an endpoint may catch up on after it was busy. With more of them it would receive a
 * burst once it is idle.
 */
const MAX_CATCH_UP = 4;

/**
 * Open connections of each candidate during the current pick, -1 for one to avoid. The array is reused by
 * later picks, so that nothing is allocated.
 */
let loads = new Int32Array(256);
/** Sum of the candidates' weights in the current pick. */
let total = 0;

/**
 * Reads the loads; returns the index of the candidate that would have the fewest connections per weight after
 * one more, or -1 if all are to be avoided.
 */
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

/** Whether a candidate is within one connection of the lowest level, which takes turns by weight. */
const isEqual = (load: number, weight: number, level: number, levelWeight: number): boolean =>
  load >= 0 && load * levelWeight < level * weight;

/** Indexes of the candidates that take turns now. */
export const equalsOf = (choice: Choice, avoid: ReadonlySet<number>): readonly number[] => {
  const least = readLoads(choice, avoid);
  if (least < 0) return [];
  const level = (loads[least] as number) + 1;
  const levelWeight = (choice.candidates[least] as Candidate).weight;
  return [...choice.candidates.keys()].filter((index) =>
    isEqual(loads[index] as number, (choice.candidates[index] as Candidate).weight, level, levelWeight),
  );
};

/**
 * Picks the candidate with the fewest open connections per weight. Connections are integers, so when few are
 * open, the candidate with the greatest weight would have the fewest each time: 300 short connections in a
 * row would all go to it. Therefore all candidates within one connection of the lowest level are equals (with
 * equal weights: those with the same number), and equals take turns by weight. A turn falls due according to
 * a clock that counts turns; the smaller the weight, the later. Acceptors write clock and due times without
 * locks: if two of them write at the same moment, no more than a turn is lost.
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
  // Starts at an index that depends on the key, so that replicas that start together do not all begin with
  // the same endpoint.
  for (let i = 0, index = key % count; i < count; i++, index = index + 1 === count ? 0 : index + 1) {
    const load = loads[index] as number;
    const { slot, weight } = candidates[index] as Candidate;
    if (!isEqual(load, weight, level, levelWeight)) continue;
    const between = total / weight;
    // Clamped, because the weights or the owner of the slot may have changed since the value was written.
    let due = dues[slot] as number;
    if (due > clock + between) due = dues[slot] = clock + between;
    else if (due < clock - MAX_CATCH_UP * between) due = dues[slot] = clock - MAX_CATCH_UP * between;
    if (due >= first) continue;
    first = due;
    picked = index;
  }
  const chosen = candidates[picked] as Candidate;
  dues[chosen.slot] = first + total / chosen.weight;
  if (first > clock) clocks[backendSlot] = first;
  return picked;
};
