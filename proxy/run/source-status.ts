import type { SourceState } from '../source/source.ts';

/**
 * Whether the source is available, and for how long it has not been: a moment is harmless, but after minutes
 * the proxy works with outdated input.
 */
export class SourceStatus {
  #state: SourceState = { following: false, code: 'Starting', problem: 'Nothing has been read yet.' };
  #lostAt: number;

  /** `now` is in milliseconds of a monotonic clock. */
  constructor(now: number) {
    this.#lostAt = now;
  }

  update(state: SourceState, now: number): void {
    if (this.#state.following && !state.following) this.#lostAt = now;
    this.#state = state;
  }

  get following(): boolean {
    return this.#state.following;
  }

  at(now: number): SourceState & { readonly lostForMs?: number } {
    return this.#state.following
      ? this.#state
      : { ...this.#state, lostForMs: Math.round(now - this.#lostAt) };
  }
}
