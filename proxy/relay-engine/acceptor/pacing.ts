import { CLIENT, READABLE, RELAYING } from './connections.ts';
import type { Acceptor } from './context.ts';
import { readLater } from './pump.ts';
import { ReadyQueue } from './ready-queue.ts';
import { MAX_DESCRIPTORS } from './shared-memory.ts';
import { TICK_MS } from './timer-wheel.ts';

/** A side that pauses is looked at again after this many ticks at most: the limits may have changed. */
const MOST_TICKS = 15;

/** Memory for each side of each connection that there can be; the system provides what is written to. */
const sides = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(2 * MAX_DESCRIPTORS * bytes);

/**
 * The sides of one acceptor that are read no faster than their limits allow. Those that pause are in one of
 * two queues: first come those that got nothing since they were woken last, so that connections that share a
 * limit take turns. Exists only once a listener has limited bandwidth.
 */
export class Pacing {
  /** Until when what a side has read is paid for, in milliseconds of the acceptor's clock. */
  readonly paidUntil = new Float64Array(sides(8));
  /** Tick in which a side is woken; 0 if it does not pause. */
  readonly #wakeAt = new Uint32Array(sides(4));
  /** Whether a side is in a queue: perhaps still from an earlier connection with its number. */
  readonly #isQueued = new Uint8Array(sides(1));
  /** Whether a side has read something since it was woken. */
  readonly #isFed = new Uint8Array(sides(1));
  #hungry = new ReadyQueue();
  #fed = new ReadyQueue();
  #woken = 0;

  /** Sides that pause, at most. */
  get length(): number {
    return this.#hungry.length + this.#fed.length;
  }

  begin(connection: number, nowMs: number): void {
    for (const sideIndex of [connection * 2 + CLIENT, connection * 2 + 1]) {
      this.paidUntil[sideIndex] = nowMs;
      this.#wakeAt[sideIndex] = 0;
      this.#isFed[sideIndex] = 0;
    }
  }

  noteRead(sideIndex: number): void {
    this.#isFed[sideIndex] = 1;
  }

  /**
   * Lets a side pause until the time `untilMs`. Sides that wait for the same thing wake in the same tick,
   * whenever they began to.
   */
  pause(sideIndex: number, now: number, untilMs: number): void {
    const tick = Math.floor(untilMs / TICK_MS) + 1;
    this.#wakeAt[sideIndex] = Math.min(now + MOST_TICKS, Math.max(now + 1, tick));
    if (this.#isQueued[sideIndex] === 1) return;
    this.#isQueued[sideIndex] = 1;
    (this.#isFed[sideIndex] === 1 ? this.#fed : this.#hungry).push(sideIndex);
  }

  /** Lets the sides whose time has come be read again. A pause that the proxy makes is no idle time. */
  wake(acceptor: Acceptor): void {
    const { connections, now } = acceptor;
    if (now === this.#woken) return;
    this.#woken = now;
    for (const queue of [this.#hungry, this.#fed])
      for (let left = queue.length; left > 0; left--) {
        const sideIndex = queue.shift();
        const wakeAt = this.#wakeAt[sideIndex] as number;
        if (wakeAt > now) {
          queue.push(sideIndex);
          continue;
        }
        this.#isQueued[sideIndex] = 0;
        this.#wakeAt[sideIndex] = 0;
        if (wakeAt === 0 || connections.state[sideIndex >> 1] !== RELAYING) continue;
        this.#isFed[sideIndex] = 0;
        connections.lastActive[sideIndex >> 1] = now;
        connections.flags[sideIndex] = (connections.flags[sideIndex] as number) | READABLE;
        readLater(acceptor, sideIndex);
      }
  }
}
