import type { Algorithm } from '../configuration/backend-policy.ts';
import { PICKERS } from './algorithms.ts';
import { equalsOf } from './pickers/least-connections.ts';
import type { Choice } from './pickers/picker.ts';

const NOBODY: ReadonlySet<number> = new Set();

const inProportion = (parts: readonly number[]): readonly number[] => {
  const total = parts.reduce((sum, part) => sum + part, 0);
  return parts.map((part) => (total === 0 ? 0 : part / total));
};

/** By weight, as far as the turns of a round can express it. */
const byTurns = ({ turns, candidates }: Choice, avoid: ReadonlySet<number>): readonly number[] => {
  const counts = candidates.map(() => 0);
  for (const index of turns) counts[index] = (counts[index] as number) + 1;
  return inProportion(counts.map((count, index) => (avoid.has(slotAt(candidates, index)) ? 0 : count)));
};

const slotAt = (candidates: Choice['candidates'], index: number): number => candidates[index]?.slot ?? -1;

const amongLeast = (choice: Choice, avoid: ReadonlySet<number>): readonly number[] => {
  const equal = new Set(equalsOf(choice, avoid));
  return inProportion(choice.candidates.map(({ weight }, index) => (equal.has(index) ? weight : 0)));
};

/** Of two that are drawn, the second one is picked only if it has fewer connections per weight. */
const ofTwo = (choice: Choice, avoid: ReadonlySet<number>): readonly number[] => {
  const { candidates, open } = choice;
  const drawn =
    avoid.size === 0
      ? byTurns(choice, avoid)
      : inProportion(candidates.map(({ slot, weight }) => (avoid.has(slot) ? 0 : weight)));
  const loads = candidates.map(({ slot, weight }) => Atomics.load(open, slot) / weight);
  const byLoad = [...candidates.keys()].sort((a, b) => (loads[b] as number) - (loads[a] as number));
  const chances = candidates.map(() => 0);
  /** The probability that one is drawn that has more. */
  let more = 0;
  for (let from = 0; from < byLoad.length; ) {
    const load = loads[byLoad[from] as number];
    let to = from;
    let same = 0;
    for (; to < byLoad.length && loads[byLoad[to] as number] === load; to++)
      same += drawn[byLoad[to] as number] as number;
    for (const index of byLoad.slice(from, to)) chances[index] = (drawn[index] as number) * (2 * more + same);
    more += same;
    from = to;
  }
  return chances;
};

const chancesAmong = (
  algorithm: Algorithm,
  choice: Choice,
  avoid: ReadonlySet<number>,
  key: number,
): readonly number[] => {
  switch (algorithm) {
    case 'RoundRobin':
      return byTurns(choice, avoid);
    case 'LeastConnections':
      return amongLeast(choice, avoid);
    case 'Random':
      return ofTwo(choice, avoid);
    case 'SourceHash':
    case 'Maglev': {
      const picked = PICKERS[algorithm](choice, avoid, key);
      return choice.candidates.map((_, index) => (index === picked ? 1 : 0));
    }
    default:
      return algorithm satisfies never;
  }
};

/**
 * By candidate: which part of the connections it gets that come now, as long as nothing else changes. `full`
 * has the slots that have no room: who picks one of them picks again among the others. The key is that of the
 * client, for algorithms that go by it.
 */
export const chancesOf = (
  algorithm: Algorithm,
  choice: Choice,
  full: ReadonlySet<number>,
  key: number,
): readonly number[] => {
  const first = chancesAmong(algorithm, choice, NOBODY, key);
  if (full.size === 0) return first;
  const again = chancesAmong(algorithm, choice, full, key);
  const isFull = choice.candidates.map(({ slot }) => full.has(slot));
  const left = first.reduce((sum, chance, index) => sum + (isFull[index] ? chance : 0), 0);
  return first.map((chance, index) => (isFull[index] ? 0 : chance + left * (again[index] as number)));
};
