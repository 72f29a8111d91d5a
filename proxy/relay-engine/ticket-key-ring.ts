import { TICKET_KEY_BYTES } from '../sys/tls.ts';

/** Older keys still read tickets: clients come back with the ones they have, and get new ones. */
const GENERATIONS = 3;

/**
 * The keys of session tickets that all acceptors share, so that a session which one has begun is resumed by
 * any other. They are random, and only in the memory of this process, until those are given that replicas
 * share.
 */
export class TicketKeyRing {
  #random: (bytes: Uint8Array) => void;
  #keys: Uint8Array<SharedArrayBuffer>;
  #areShared = false;

  /** `random` fills memory with random bytes. */
  constructor(random: (bytes: Uint8Array) => void) {
    this.#random = random;
    this.#keys = this.#with(new Uint8Array(0));
  }

  /** The newest key first; another object whenever the keys have changed. */
  get keys(): Uint8Array<SharedArrayBuffer> {
    return this.#keys;
  }

  /**
   * Makes a new key for tickets from now on; the oldest one is forgotten. False if the keys are those that
   * replicas share: who gave them rotates them.
   */
  rotate(): boolean {
    if (this.#areShared) return false;
    const kept = this.#keys.subarray(0, (GENERATIONS - 1) * TICKET_KEY_BYTES);
    this.#keys = this.#with(kept);
    return true;
  }

  /**
   * Uses these keys from now on, the first one for new tickets, or random ones again (undefined); false if
   * they are in use already. Tickets that were made before can still be read with random ones.
   */
  share(keys: Uint8Array | undefined): boolean {
    if (keys === undefined) {
      const wereShared = this.#areShared;
      this.#areShared = false;
      return wereShared && this.rotate();
    }
    this.#areShared = true;
    if (Buffer.compare(keys, this.#keys) === 0) return false;
    this.#keys = new Uint8Array(new SharedArrayBuffer(keys.length));
    this.#keys.set(keys);
    return true;
  }

  #with(older: Uint8Array): Uint8Array<SharedArrayBuffer> {
    const fresh = new Uint8Array(TICKET_KEY_BYTES);
    this.#random(fresh);
    const keys = new Uint8Array(new SharedArrayBuffer(fresh.length + older.length));
    keys.set(fresh);
    keys.set(older, fresh.length);
    return keys;
  }
}
