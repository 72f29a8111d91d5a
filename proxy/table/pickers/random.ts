import { finish } from './murmur3.ts';
import type { Candidate, Choice, Picker } from './picker.ts';

const RANGE = 2 ** 32;
/** Derives a second random number from the first one. */
const SECOND = 0x9e3779b9;

/**
 * Draws one of the candidates that are not to be avoided, with a probability in proportion to its weight; -1
 * if there is none.
 */
const drawOfRest = ({ candidates }: Choice, avoid: ReadonlySet<number>, random: number): number => {
  let total = 0;
  for (const { slot, weight } of candidates) if (!avoid.has(slot)) total += weight;
  let left = (random / RANGE) * total;
  let last = -1;
  for (let index = 0; index < candidates.length; index++) {
    const { slot, weight } = candidates[index] as Candidate;
    if (avoid.has(slot)) continue;
    last = index;
    left -= weight;
    if (left < 0) break;
  }
  return last;
};

/** The same without visiting each candidate, if none is to be avoided. */
const draw = ({ turns }: Choice, random: number): number =>
  turns.length === 0 ? -1 : (turns[Math.floor((random / RANGE) * turns.length)] as number);

/**
 * Draws two candidates by weight and picks the one with fewer open connections per weight, or the first if
 * they are equal. So idle endpoints get shares in proportion to their weights, and the loads of busy ones
 * even out about as well as if all had been compared.
 */
export const pickRandom: Picker = (choice, avoid, key) => {
  const { candidates, open } = choice;
  const one = finish(key);
  const other = finish(key ^ SECOND);
  const first = avoid.size === 0 ? draw(choice, one) : drawOfRest(choice, avoid, one);
  if (first < 0) return -1;
  const second = avoid.size === 0 ? draw(choice, other) : drawOfRest(choice, avoid, other);
  const a = candidates[first] as Candidate;
  const b = candidates[second] as Candidate;
  return Atomics.load(open, b.slot) * a.weight < Atomics.load(open, a.slot) * b.weight ? second : first;
};
