import { type HashKey, halfSipHash } from '../keyed-hash/half-sip-hash.ts';
import type { ConnectionId } from './connection-id.ts';
import {
  ENDPOINT_WORDS,
  ENTRY,
  endpointAt,
  entriesOf,
  entryAt,
  ID_WORDS,
  type IdsMemory,
  ROW,
} from './ids-memory.ts';

const FREE = 0;
const NO_ENTRY = -1;
const MOST_VERSION = 0x3fffffff;
const WRITE_TRIES = 3;
/** What an entry is about that was removed. */
const NOBODY = -1;
/** What an entry is about: the listener's slot in 8 bits, the ID's length in 5, the slot's generation. */
const LENGTH_SHIFT = 8;
const GENERATION_SHIFT = 13;
const MOST_GENERATION = 0x3ffff;

/**
 * One acceptor's view of an index that all share, from IDs to endpoints. Its size is fixed. An ID has its
 * entry in one row, which its hash determines; in a full row it replaces the one that was used longest ago.
 *
 * There is no lock. An entry is written by whoever has changed its state, and what was read of it counts only
 * if its state is then still the same. Two acceptors may enter the same ID twice: that takes an entry more,
 * and either is right.
 */
export class IdIndex {
  readonly #entries: Int32Array;
  readonly #endpoints: Int32Array;
  readonly #generations: Int32Array;
  readonly #hashKey: HashKey;
  /** What is hashed: what an entry is about, and its ID. */
  readonly #hashed = new Int32Array(1 + ID_WORDS);
  readonly #rows: number;
  readonly #writing: number;
  /** What the last `find` has found. */
  endpoint = -1;
  backend = -1;

  constructor(entries: Int32Array, { endpoints, generations, hashKey }: IdsMemory, acceptor: number) {
    this.#entries = entries;
    this.#endpoints = endpoints;
    this.#generations = generations;
    this.#hashKey = hashKey;
    this.#rows = entriesOf(entries) / ROW;
    this.#writing = -1 - acceptor;
  }

  /** Finds the endpoint of an ID; false if it is not known. */
  find(listener: number, id: ConnectionId, now: number): boolean {
    const about = this.#aboutOf(listener, id);
    const entry = this.#find(this.#rowOf(about, id), about, id);
    if (entry === NO_ENTRY) return false;
    this.#entries[entryAt(entry) + ENTRY.UsedAt] = now;
    return true;
  }

  /** Enters the endpoint of an ID, or that it is still in use. */
  put(listener: number, id: ConnectionId, endpoint: number, backend: number, now: number): void {
    const about = this.#aboutOf(listener, id);
    const row = this.#rowOf(about, id);
    const known = this.#find(row, about, id);
    if (known !== NO_ENTRY && this.endpoint === endpoint && this.backend === backend) {
      this.#entries[entryAt(known) + ENTRY.UsedAt] = now;
      return;
    }
    for (let tries = 0; tries < WRITE_TRIES; tries++) {
      const entry = known !== NO_ENTRY && tries === 0 ? known : this.#leastUsed(row, now);
      if (entry !== NO_ENTRY && this.#write(entry, about, id, endpoint, backend, now)) return;
    }
  }

  /** Removes an ID, if it is known. */
  remove(listener: number, id: ConnectionId): void {
    const about = this.#aboutOf(listener, id);
    const entry = this.#find(this.#rowOf(about, id), about, id);
    if (entry === NO_ENTRY) return;
    const at = entryAt(entry);
    const next = this.#claim(at);
    if (next === FREE) return;
    this.#entries[at + ENTRY.About] = NOBODY;
    this.#entries[at + ENTRY.UsedAt] = 0;
    Atomics.store(this.#entries, at + ENTRY.State, next);
  }

  /** The entry of an ID in a row, with its endpoint; NO_ENTRY if there is none that is still valid. */
  #find(row: number, about: number, id: ConnectionId): number {
    const entries = this.#entries;
    for (let entry = row; entry < row + ROW; entry++) {
      const at = entryAt(entry);
      const state = Atomics.load(entries, at + ENTRY.State);
      if (state <= FREE || entries[at + ENTRY.About] !== about || !id.isAt(entries, at + ENTRY.Id)) continue;
      const endpoint = entries[at + ENTRY.Endpoint] as number;
      const backend = entries[at + ENTRY.Backend] as number;
      const generation = entries[at + ENTRY.Generation] as number;
      if (Atomics.load(entries, at + ENTRY.State) !== state) continue;
      if (generation !== this.#generation(endpoint)) continue;
      this.endpoint = endpoint;
      this.backend = backend;
      return entry;
    }
    return NO_ENTRY;
  }

  #generation(endpoint: number): number {
    return Atomics.load(this.#endpoints, endpointAt(endpoint) + ENDPOINT_WORDS.Generation);
  }

  #leastUsed(row: number, now: number): number {
    let oldest = NO_ENTRY;
    let longest = -1;
    for (let entry = row; entry < row + ROW; entry++) {
      const at = entryAt(entry);
      const state = Atomics.load(this.#entries, at + ENTRY.State);
      if (state === FREE) return entry;
      if (state < FREE) continue;
      const unused = Math.max(0, now - (this.#entries[at + ENTRY.UsedAt] as number));
      if (unused <= longest) continue;
      oldest = entry;
      longest = unused;
    }
    return oldest;
  }

  #write(
    entry: number,
    about: number,
    id: ConnectionId,
    endpoint: number,
    backend: number,
    now: number,
  ): boolean {
    const entries = this.#entries;
    const at = entryAt(entry);
    const next = this.#claim(at);
    if (next === FREE) return false;
    entries[at + ENTRY.About] = about;
    id.writeTo(entries, at + ENTRY.Id);
    entries[at + ENTRY.Endpoint] = endpoint;
    entries[at + ENTRY.Generation] = this.#generation(endpoint);
    entries[at + ENTRY.Backend] = backend;
    entries[at + ENTRY.UsedAt] = now;
    Atomics.store(entries, at + ENTRY.State, next);
    return true;
  }

  /** Begins to write an entry; returns its next version, or FREE if another acceptor writes it. */
  #claim(at: number): number {
    const state = Atomics.load(this.#entries, at + ENTRY.State);
    if (state < FREE) return FREE;
    if (Atomics.compareExchange(this.#entries, at + ENTRY.State, state, this.#writing) !== state) return FREE;
    return state >= MOST_VERSION ? 1 : state + 1;
  }

  #aboutOf(listener: number, { length }: ConnectionId): number {
    const generation = Atomics.load(this.#generations, listener) & MOST_GENERATION;
    return listener | (length << LENGTH_SHIFT) | (generation << GENERATION_SHIFT);
  }

  #rowOf(about: number, id: ConnectionId): number {
    this.#hashed[0] = about;
    id.writeTo(this.#hashed, 1);
    return ((halfSipHash(this.#hashKey, this.#hashed, 1 + ID_WORDS) >>> 0) % this.#rows) * ROW;
  }
}
