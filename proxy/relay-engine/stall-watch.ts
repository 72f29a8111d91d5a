import { INTS, intsAt, type SharedMemory } from './acceptor/shared-memory.ts';

/**
 * An acceptor is stalled after this many checks in a row without a turn of its loop, which takes at most a
 * second.
 */
const IDLE_CHECKS = 5;
/**
 * The same before its first turn: loading its code takes part of a second of one core, and many times as long
 * if the process has a tenth of a core. Terminating it then would only make it start over.
 */
const IDLE_CHECKS_AT_START = 120;

/**
 * Finds acceptors that are alive but make no progress. It counts checks instead of time: while the whole
 * process or machine is suspended, there are no checks either.
 */
export class StallWatch {
  #shared: SharedMemory;
  #states: { beat: number; idleChecks: number; hasStarted: boolean }[];

  constructor(shared: SharedMemory, acceptors: number) {
    this.#shared = shared;
    this.#states = Array.from({ length: acceptors }, () => ({ beat: 0, idleChecks: 0, hasStarted: false }));
  }

  /** Called whenever a thread is spawned; it counts as started from its first turn on. */
  onSpawned(acceptor: number): void {
    this.#states[acceptor] = { beat: this.#beat(acceptor), idleChecks: 0, hasStarted: false };
  }

  /** Called once a second; returns the acceptors that have just been found stalled. */
  check(isAlive: (acceptor: number) => boolean): readonly number[] {
    return this.#states.flatMap((state, acceptor) => {
      const beat = this.#beat(acceptor);
      if (beat !== state.beat) state.hasStarted = true;
      state.idleChecks = isAlive(acceptor) && beat === state.beat ? state.idleChecks + 1 : 0;
      state.beat = beat;
      return state.idleChecks === (state.hasStarted ? IDLE_CHECKS : IDLE_CHECKS_AT_START) ? [acceptor] : [];
    });
  }

  #beat(acceptor: number): number {
    return this.#shared.ints[intsAt(acceptor) + INTS.Beat] as number;
  }
}
