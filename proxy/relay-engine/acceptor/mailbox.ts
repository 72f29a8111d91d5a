import {
  INTS,
  intsAt,
  MAIL_CELLS,
  MAIL_HEAD,
  mailRingAt,
  PARCEL_INTS,
  RING,
  type SharedMemory,
} from './shared-memory.ts';

/**
 * Rings through which acceptors hand connections to each other: one for each pair, so that each has one
 * writer and one reader and nothing is locked. An acceptor that dies half-way through putting something in
 * leaves no trace.
 */
export class Mailbox {
  #ints: Int32Array;
  #mail: Int32Array;
  #acceptors: number;
  #self: number;
  #mailAt: number;

  constructor(shared: SharedMemory, self: number, acceptors: number) {
    this.#ints = shared.ints;
    this.#mail = shared.mail;
    this.#acceptors = acceptors;
    this.#self = self;
    this.#mailAt = intsAt(self) + INTS.Mail;
  }

  /** Leaves a connection for `to`; false if that ring is full. */
  put(to: number, parcel: Int32Array): boolean {
    const ring = mailRingAt(this.#acceptors, this.#self, to);
    const put = Atomics.load(this.#mail, ring + RING.Put);
    if (((put - Atomics.load(this.#mail, ring + RING.Taken)) | 0) >= MAIL_CELLS) return false;
    const cell = ring + MAIL_HEAD + (put & (MAIL_CELLS - 1)) * PARCEL_INTS;
    for (let i = 0; i < PARCEL_INTS; i++) this.#mail[cell + i] = parcel[i] as number;
    Atomics.store(this.#mail, ring + RING.Put, (put + 1) | 0);
    Atomics.store(this.#ints, intsAt(to) + INTS.Mail, 1);
    return true;
  }

  get hasMail(): boolean {
    return Atomics.load(this.#ints, this.#mailAt) === 1;
  }

  /** Takes everything out: for each connection, `parcel` is filled and `take` called with the sender. */
  takeAll(parcel: Int32Array, take: (from: number) => void): void {
    Atomics.store(this.#ints, this.#mailAt, 0);
    for (let from = 0; from < this.#acceptors; from++) {
      const ring = mailRingAt(this.#acceptors, from, this.#self);
      let taken = Atomics.load(this.#mail, ring + RING.Taken);
      while (taken !== Atomics.load(this.#mail, ring + RING.Put)) {
        const cell = ring + MAIL_HEAD + (taken & (MAIL_CELLS - 1)) * PARCEL_INTS;
        for (let i = 0; i < PARCEL_INTS; i++) parcel[i] = this.#mail[cell + i] as number;
        taken = (taken + 1) | 0;
        Atomics.store(this.#mail, ring + RING.Taken, taken);
        take(from);
      }
    }
  }
}
