import type { Backend } from '../../crds/backend.ts';

/** An endpoint as a picker sees it. */
export interface Candidate {
  /** Place of its gauge of open connections in `open`. */
  readonly slot: number;
  readonly weight: number;
}

/** What a picker chooses from; `open` and `cursors` are shared by all acceptors. */
export interface Choice {
  readonly candidates: readonly Candidate[];
  /** Weighted round-robin order of indexes into `candidates`. */
  readonly order: Uint16Array;
  /** Open connections by endpoint slot. */
  readonly open: Int32Array;
  readonly cursors: Int32Array;
  /** This backend's place in `cursors`. */
  readonly cursor: number;
}

/**
 * Returns the index of a candidate whose slot is not in `tried`, or -1 when every one has been tried. `key` is 32 bits: the hash of
 * the client's address where the algorithm goes by it (`HASHES_SOURCE`), else random.
 */
export type Picker = (choice: Choice, tried: readonly number[], key: number) => number;

const step = (choice: Choice): number => Atomics.add(choice.cursors, choice.cursor, 1) >>> 0;

/** The next in the weighted order. One that was tried is passed over without costing the others their turns. */
const pickRoundRobin: Picker = (choice, tried) => {
  const { order, candidates } = choice;
  if (order.length === 0) return -1;
  const start = step(choice);
  for (let i = 0; i < order.length; i++) {
    const index = order[(start + i) % order.length] as number;
    if (!tried.includes((candidates[index] as Candidate).slot)) return index;
  }
  return -1;
};

/** The fewest open connections per weight; equals take turns. */
const pickLeastConnections: Picker = (choice, tried) => {
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
    if (load < bestLoad && !tried.includes(slot)) {
      best = index;
      bestLoad = load;
    }
  }
  return best;
};

/** Picker by the algorithm's name in the resource. */
export const PICKERS: Readonly<Record<Backend['algorithm'], Picker>> = {
  RoundRobin: pickRoundRobin,
  LeastConnections: pickLeastConnections,
  Random: pickLeastConnections,
  SourceHash: pickRoundRobin,
  Maglev: pickRoundRobin,
};

/** Algorithms that go by the client's address. */
export const HASHES_SOURCE: ReadonlySet<Backend['algorithm']> = new Set(['SourceHash', 'Maglev']);
