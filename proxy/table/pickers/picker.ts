/** An endpoint as a picker sees it. */
export interface Candidate {
  /** Place of its gauge of open connections in `open`. */
  readonly slot: number;
  /** Above 0. */
  readonly weight: number;
}

/** What was worked out beforehand for a backend's endpoints; what its algorithm does not need is empty. */
export interface PickingPlan {
  /** Indexes of endpoints: the turns of weighted round robin, or the lookup table of Maglev. */
  readonly turns: Uint16Array;
  /** Two hashes of each endpoint's name. */
  readonly seeds: Uint32Array;
}

/** What a picker chooses from; `open`, `cursors`, `dues` and `clocks` are shared by all acceptors. */
export interface Choice extends PickingPlan {
  readonly candidates: readonly Candidate[];
  /** Open connections by endpoint slot. */
  readonly open: Int32Array;
  readonly cursors: Int32Array;
  /** By endpoint slot: when it has its next turn among equals, by its backend's clock; Infinity for one that never had any. */
  readonly dues: Float64Array;
  /** By backend: how many turns there were among equals. */
  readonly clocks: Float64Array;
  /** This backend's slot: its index in `cursors` and `clocks`. */
  readonly backendSlot: number;
}

/**
 * Returns the index of a candidate whose slot is not in `avoid` (it was tried, or is full), or -1 when every one is. `key` is 32
 * bits, 0 up to 2^32 - 1: the hash of the client's address where the algorithm goes by it (`HASHES_SOURCE`), else random. Allocates nothing.
 */
export type Picker = (choice: Choice, avoid: ReadonlySet<number>, key: number) => number;

/** Raises the backend's cursor; the answer is what it was, 0 up to 2^32 - 1. */
export const step = ({ cursors, backendSlot }: Choice): number => Atomics.add(cursors, backendSlot, 1) >>> 0;
