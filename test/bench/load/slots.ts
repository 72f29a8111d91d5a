/** No request is in flight. */
export const IDLE = 0;
export const CONNECTING = 1;
/** A request has been sent, and its response is awaited. */
export const AWAITING_RESPONSE = 2;
/** After a failure, before the next attempt. */
export const BACKING_OFF = 3;

/**
 * The state of each connection, in arrays instead of objects, so that there is no work for the garbage
 * collector.
 */
export class Slots {
  readonly count: number;
  readonly state: Uint8Array;
  /** Descriptor; -1 for none. */
  readonly fd: Int32Array;
  /** When the request was due, and when it began. Milliseconds. */
  readonly intended: Float64Array;
  readonly since: Float64Array;
  /** Bytes of the response received so far, and its length (0 while unknown). */
  readonly received: Int32Array;
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
    this.received = new Int32Array(count);
    this.length = new Int32Array(count);
    this.#ready = new Int32Array(count);
  }

  /** Makes a slot idle. It is taken again after all slots that were idle before. */
  release(slot: number): void {
    this.state[slot] = IDLE;
    this.#ready[(this.#first + this.#readyCount) % this.count] = slot;
    this.#readyCount++;
  }

  /** Takes the slot that has been idle for the longest time; -1 if none is idle. */
  take(): number {
    if (this.#readyCount === 0) return -1;
    const slot = this.#ready[this.#first] as number;
    this.#first = (this.#first + 1) % this.count;
    this.#readyCount--;
    return slot;
  }
}
