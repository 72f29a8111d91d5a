/** Nothing is under way. */
export const IDLE = 0;
export const CONNECTING = 1;
/** A request was sent, its answer is awaited. */
export const ASKED = 2;
/** After a failure, before the next try. */
export const RESTING = 3;

/**
 * What the generator knows of each connection, in arrays: no object for each, nothing for the garbage
 * collector.
 */
export class Slots {
  readonly count: number;
  readonly state: Uint8Array;
  /** Descriptor; -1 for none. */
  readonly fd: Int32Array;
  /** When the request was to begin, and when it began. Milliseconds. */
  readonly intended: Float64Array;
  readonly since: Float64Array;
  /** Bytes of the answer that came so far, and all that it has (0 while that is not known). */
  readonly got: Int32Array;
  readonly length: Int32Array;
  #ready: Int32Array;
  #first = 0;
  #readyCount = 0;

  constructor(count: number) {
    this.count = count;
    this.state = new Uint8Array(count);
    this.fd = new Int32Array(count).fill(-1);
    this.intended = new Float64Array(count);
    this.since = new Float64Array(count);
    this.got = new Int32Array(count);
    this.length = new Int32Array(count);
    this.#ready = new Int32Array(count);
  }

  /** Makes a slot idle: it is used again after all that were idle before. */
  giveBack(slot: number): void {
    this.state[slot] = IDLE;
    this.#ready[(this.#first + this.#readyCount) % this.count] = slot;
    this.#readyCount++;
  }

  /** The slot that has been idle for longest; -1 where none is. */
  take(): number {
    if (this.#readyCount === 0) return -1;
    const slot = this.#ready[this.#first] as number;
    this.#first = (this.#first + 1) % this.count;
    this.#readyCount--;
    return slot;
  }
}
