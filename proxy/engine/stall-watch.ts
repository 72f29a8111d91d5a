import { INTS, intsAt, type SharedMemory } from '../acceptor/shared-memory.ts';

/** Looks in a row without a turn of an acceptor's loop after which it counts as stalled; a turn takes a second at most. */
const LOOKS = 5;

/**
 * Finds acceptors that live but do nothing. It counts looks, not time: where the whole process or machine stood still, nobody looked
 * either.
 */
export class StallWatch {
  #shared: SharedMemory;
  #seen: { beat: number; looks: number }[];

  constructor(shared: SharedMemory, acceptors: number) {
    this.#shared = shared;
    this.#seen = Array.from({ length: acceptors }, () => ({ beat: 0, looks: 0 }));
  }

  /** Called once a second; returns the acceptors that have just come to count as stalled. */
  look(isAlive: (acceptor: number) => boolean): readonly number[] {
    return this.#seen.flatMap((seen, acceptor) => {
      const beat = this.#shared.ints[intsAt(acceptor) + INTS.Beat] as number;
      seen.looks = isAlive(acceptor) && beat === seen.beat ? seen.looks + 1 : 0;
      seen.beat = beat;
      return seen.looks === LOOKS ? [acceptor] : [];
    });
  }
}
