import { enlarged } from '../../sys/enlarged.ts';
import type { NamedAddress } from './preface.ts';

/** Bytes of a unique ID: those that all of an acceptor's have in common, and a number. */
const PREFIX_BYTES = 8;
const HAS_DESTINATION = 1;

/**
 * What PROXY headers need to be remembered of connections: where the client had connected to according to the
 * header that came in, and the unique ID that a header going out has. Takes no memory before the first
 * connection has either.
 */
export class HeaderDetails {
  #prefix: Uint8Array;
  #capacity = 0;
  #flags = new Uint8Array(0);
  #destinations = new Uint8Array(0);
  #ports = new Uint16Array(0);
  /** Numbers of unique IDs; 0 for none. */
  #ids = new Float64Array(0);
  #lastId = 0;

  /** `prefix` has eight bytes that no other acceptor has, of this proxy or another. */
  constructor(prefix: Uint8Array) {
    this.#prefix = prefix;
  }

  /** Forgets what is known of the last connection with this number. */
  clear(connection: number): void {
    if (connection >= this.#capacity) return;
    this.#flags[connection] = 0;
    this.#ids[connection] = 0;
  }

  setDestination(connection: number, { address, port }: NamedAddress): void {
    this.#reserve(connection);
    this.#flags[connection] = HAS_DESTINATION;
    this.#destinations.set(address, connection * 16);
    this.#ports[connection] = port;
  }

  /** Copies the 16 bytes of the destination and returns its port; -1 if none is known. */
  destination(connection: number, to: Uint8Array): number {
    if (connection >= this.#capacity || this.#flags[connection] !== HAS_DESTINATION) return -1;
    for (let i = 0; i < 16; i++) to[i] = this.#destinations[connection * 16 + i] as number;
    return this.#ports[connection] as number;
  }

  /** Gives a connection its unique ID, unless it has one. */
  identify(connection: number): void {
    this.#reserve(connection);
    if (this.#ids[connection] === 0) this.#ids[connection] = ++this.#lastId;
  }

  /** Writes the 16 bytes of the unique ID of a connection at `at`; zeros if it has none. */
  writeId(connection: number, to: Uint8Array, at: number): void {
    const id = connection < this.#capacity ? (this.#ids[connection] as number) : 0;
    if (id === 0) {
      to.fill(0, at, at + 16);
      return;
    }
    for (let i = 0; i < PREFIX_BYTES; i++) to[at + i] = this.#prefix[i] as number;
    let left = id;
    for (let i = 15; i >= PREFIX_BYTES; i--) {
      to[at + i] = left % 256;
      left = Math.floor(left / 256);
    }
  }

  #reserve(connection: number): void {
    if (connection < this.#capacity) return;
    const capacity = Math.max(1024, 2 ** Math.ceil(Math.log2(connection + 1)));
    this.#flags = enlarged(this.#flags, capacity);
    this.#destinations = enlarged(this.#destinations, capacity * 16);
    this.#ports = enlarged(this.#ports, capacity);
    this.#ids = enlarged(this.#ids, capacity);
    this.#capacity = capacity;
  }
}
