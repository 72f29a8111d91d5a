import { SLOTS } from './shared-memory.ts';
import { TICK_MS } from './timer-wheel.ts';

/** Most retries that may be saved up: what one sudden failure can cost beyond the share. */
const MOST_SAVED = 100;
/** Retries earned by time alone, so that a backend with little traffic may retry, too. */
const EARNED_PER_TICK = (10 * TICK_MS) / 1000;

/**
 * How many retries each backend may have: a share of its new connections, and a few a second. However many
 * endpoints fail, an acceptor's attempts stay in proportion to its clients, so that retries never feed an
 * overload.
 */
export class RetryBudget {
  #saved = new Float64Array(SLOTS.backends).fill(MOST_SAVED);
  #since = new Uint32Array(SLOTS.backends);

  /** A new connection to the backend earns its share. */
  earn(backendSlot: number, percent: number): void {
    this.#saved[backendSlot] = Math.min(MOST_SAVED, (this.#saved[backendSlot] as number) + percent / 100);
  }

  /** Starts over for every backend slot that is not in `used`: its next user has spent nothing. */
  forgetBut(used: ReadonlyMap<number, unknown>): void {
    for (let slot = 0; slot < SLOTS.backends; slot++) if (!used.has(slot)) this.#saved[slot] = MOST_SAVED;
  }

  /** Whether one more retry is allowed at the tick `now`. */
  allows(backendSlot: number, percent: number, now: number): boolean {
    return percent > 0 && this.#savedAt(backendSlot, now) >= 1;
  }

  /** Spends a retry that was allowed. */
  spend(backendSlot: number, now: number): void {
    this.#saved[backendSlot] = this.#savedAt(backendSlot, now) - 1;
    this.#since[backendSlot] = now;
  }

  #savedAt(backendSlot: number, now: number): number {
    const earned = (now - (this.#since[backendSlot] as number)) * EARNED_PER_TICK;
    return Math.min(MOST_SAVED, (this.#saved[backendSlot] as number) + earned);
  }
}
