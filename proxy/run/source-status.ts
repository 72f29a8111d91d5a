import type { SourceState } from '../source/source.ts';

/** Whether the source is followed, and for how long it has not been: a moment is nothing, minutes are a proxy that goes blind. */
export class SourceStand {
  #state: SourceState = { following: false, code: 'Starting', problem: 'Nothing has been read yet.' };
  #lostAt: number;

  /** `now` in milliseconds of a clock that never goes back. */
  constructor(now: number) {
    this.#lostAt = now;
  }

  take(state: SourceState, now: number): void {
    if (this.#state.following && !state.following) this.#lostAt = now;
    this.#state = state;
  }

  get following(): boolean {
    return this.#state.following;
  }

  asOf(now: number): SourceState & { readonly lostForMs?: number } {
    return this.#state.following
      ? this.#state
      : { ...this.#state, lostForMs: Math.round(now - this.#lostAt) };
  }
}
