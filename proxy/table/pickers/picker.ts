/** An endpoint that a picker may choose. */
export interface Candidate {
  /** Index of its gauge of open connections in `open`. */
  readonly slot: number;
  /** Above 0. */
  readonly weight: number;
}

/** Data precomputed for a backend's endpoints; what its algorithm does not need is empty. */
export interface PickingPlan {
  /** Indexes of endpoints: the turns of weighted round robin, or the lookup table of Maglev. */
  readonly turns: Uint16Array;
  /** Two hashes of each endpoint's name. */
  readonly seeds: Uint32Array;
}

/** The input of a picker; `open`, `cursors`, `dues` and `clocks` are shared by all acceptors. */
export interface Choice extends PickingPlan {
  readonly candidates: readonly Candidate[];
  /** Open connections by endpoint slot. */
  readonly open: Int32Array;
  readonly cursors: Int32Array;
  /**
   * By endpoint slot: when its next turn among equals is due, in terms of its backend's clock; Infinity if it
   * has had none.
   */
  readonly dues: Float64Array;
  /** By backend: the number of turns among equals so far. */
  readonly clocks: Float64Array;
  /** This backend's slot: its index in `cursors` and `clocks`. */
  readonly backendSlot: number;
}

/**
 * Returns the index of a candidate whose slot is not in `avoid` (because it was tried or is full), or -1 if
 * there is none. `key` has 32 bits, 0 up to 2^32 - 1: the hash of the client's address if the algorithm uses
 * it (`HASHES_SOURCE`), otherwise a random number. Allocates nothing.
 */
export type Picker = (choice: Choice, avoid: ReadonlySet<number>, key: number) => number;

/** Increments the backend's cursor and returns its previous value, 0 up to 2^32 - 1. */
export const step = ({ cursors, backendSlot }: Choice): number => Atomics.add(cursors, backendSlot, 1) >>> 0;
