import { INTS, intsAt, type SharedMemory } from './acceptor/shared-memory.ts';

/** Looks in a row without a turn of an acceptor's loop after which it counts as stalled; a turn takes a second at most. */
const LOOKS = 5;
/**
 * The same for one that has not made its first turn: loading its code takes part of a second of a core, and many times as long where the process
 * has a tenth of one. Ending it then would only make it begin anew.
 */
const LOOKS_AT_START = 120;

/**
 * Finds acceptors that live but do nothing. It counts looks, not time: where the whole process or machine stood still, nobody looked
 * either.
 */
export class StallWatch {
  #shared: SharedMemory;
  #seen: { beat: number; looks: number; begun: boolean }[];

  constructor(shared: SharedMemory, acceptors: number) {
    this.#shared = shared;
    this.#seen = Array.from({ length: acceptors }, () => ({ beat: 0, looks: 0, begun: false }));
  }

  /** Called whenever a thread is started: it counts as begun from its first turn on. */
  spawned(acceptor: number): void {
    this.#seen[acceptor] = { beat: this.#beat(acceptor), looks: 0, begun: false };
  }

  /** Called once a second; returns the acceptors that have just come to count as stalled. */
  look(isAlive: (acceptor: number) => boolean): readonly number[] {
    return this.#seen.flatMap((seen, acceptor) => {
      const beat = this.#beat(acceptor);
      if (beat !== seen.beat) seen.begun = true;
      seen.looks = isAlive(acceptor) && beat === seen.beat ? seen.looks + 1 : 0;
      seen.beat = beat;
      return seen.looks === (seen.begun ? LOOKS : LOOKS_AT_START) ? [acceptor] : [];
    });
  }

  #beat(acceptor: number): number {
    return this.#shared.ints[intsAt(acceptor) + INTS.Beat] as number;
  }
}
