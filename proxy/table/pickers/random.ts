import { finish } from './murmur3.ts';
import type { Candidate, Choice, Picker } from './picker.ts';

const RANGE = 2 ** 32;
/** Makes a second random number of the one that there is. */
const SECOND = 0x9e3779b9;

/** One of all that are not to be avoided, each as likely as its weight says; -1 where there is none. */
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

/** The same without looking at each of them, where none is to be avoided. */
const draw = ({ turns }: Choice, random: number): number =>
  turns.length === 0 ? -1 : (turns[Math.floor((random / RANGE) * turns.length)] as number);

/**
 * Draws two, by weight, and takes the one with fewer open connections per weight, or the first one drawn where they are equals: so idle
 * endpoints get their weights' shares, and loaded ones come level about as well as if all had been compared.
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
