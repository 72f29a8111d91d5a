import { enlarged } from '../../../sys/enlarged.ts';
import {
  heldListenerAt,
  heldSourceAt,
  heldUnfinishedAt,
  LISTENER,
  type LimitsMemory,
  listenerAt,
  SOURCE,
  sourceAt,
} from './limits-memory.ts';
import { NO_ENTRY, SourceTable } from './source-table.ts';

/** Bits that say what a connection counts against. */
const AT_LISTENER = 1;
const AT_SOURCE = 2;
const UNFINISHED = 4;

/**
 * What the connections of one acceptor count against: the limits of their listeners and of their sources.
 * What each counts against is kept by connection number, so that exactly that is given back, whatever the
 * limits are by then. Exists only once a table had limits: without them, connections take no memory for it.
 */
export class LimitCounts {
  readonly memory: LimitsMemory;
  readonly sources: SourceTable;
  readonly #index: number;
  #counted = new Uint8Array(0);
  #source = new Int32Array(0);

  constructor(memory: LimitsMemory, index: number) {
    this.memory = memory;
    this.#index = index;
    this.sources = new SourceTable(memory, index);
  }

  /** Counts a connection at its listener, once; returns how many were open before. */
  countAtListener(connection: number, slot: number): number {
    const { memory } = this;
    const at = listenerAt(slot) + LISTENER.Open;
    if (this.#has(connection, AT_LISTENER)) return Atomics.load(memory.listeners, at) - 1;
    this.#note(connection, AT_LISTENER);
    const own = heldListenerAt(memory, this.#index, slot);
    const before = Atomics.add(memory.listeners, at, 1);
    memory.held[own] = (memory.held[own] as number) + 1;
    return before;
  }

  /**
   * Counts a connection at its source, once; returns how many that had open before. A source that found no
   * entry has none.
   */
  countAtSource(connection: number, slot: number, bytes: Uint8Array, prefix: number): number {
    if (this.#has(connection, AT_SOURCE)) return this.sources.open(this.#source[connection] as number) - 1;
    const entry = this.sources.take(slot, bytes, connection * 16, prefix);
    if (entry === NO_ENTRY) return 0;
    this.#note(connection, AT_SOURCE);
    this.#source[connection] = entry;
    Atomics.add(this.memory.sources, sourceAt(entry) + SOURCE.Connections, 1);
    return this.sources.before;
  }

  /** Counts a connection at its source as unfinished, once; returns how many that had before. */
  countUnfinished(connection: number): number {
    const entry = this.entryOf(connection);
    if (entry === NO_ENTRY || this.isUnfinished(connection)) return 0;
    this.#note(connection, UNFINISHED);
    return this.#addUnfinished(entry, 1);
  }

  isUnfinished(connection: number): boolean {
    return this.#has(connection, UNFINISHED);
  }

  /** The first byte of a connection has come. */
  finish(connection: number): void {
    if (!this.isUnfinished(connection)) return;
    this.#counted[connection] = (this.#counted[connection] as number) & ~UNFINISHED;
    this.#addUnfinished(this.#source[connection] as number, -1);
  }

  #addUnfinished(entry: number, by: 1 | -1): number {
    const { memory } = this;
    const own = heldUnfinishedAt(memory, this.#index, entry);
    memory.held[own] = (memory.held[own] as number) + by;
    return Atomics.add(memory.sources, sourceAt(entry) + SOURCE.Unfinished, by);
  }

  /** The entry of a connection's source, or NO_ENTRY if it does not count at one. */
  entryOf(connection: number): number {
    return this.#has(connection, AT_SOURCE) ? (this.#source[connection] as number) : NO_ENTRY;
  }

  /** A limit has refused a connection; if that was about its source, it is noted there, too. */
  noteRefused(connection: number, slot: number, seconds: number, isAboutSource: boolean): void {
    const { listeners, sources } = this.memory;
    if (seconds > 0) Atomics.store(listeners, listenerAt(slot) + LISTENER.LimitedAt, seconds);
    const entry = this.entryOf(connection);
    if (isAboutSource && entry !== NO_ENTRY) Atomics.add(sources, sourceAt(entry) + SOURCE.Refused, 1);
  }

  /** A connection has ended, which moved `bytes`: gives back all that it counts against. */
  giveBack(connection: number, slot: number, bytes: number): void {
    const counted = this.#counted[connection] ?? 0;
    if (counted === 0) return;
    this.finish(connection);
    this.#counted[connection] = 0;
    const { memory } = this;
    if ((counted & AT_LISTENER) !== 0) {
      Atomics.sub(memory.listeners, listenerAt(slot) + LISTENER.Open, 1);
      const own = heldListenerAt(memory, this.#index, slot);
      memory.held[own] = (memory.held[own] as number) - 1;
    }
    if ((counted & AT_SOURCE) === 0) return;
    const entry = this.#source[connection] as number;
    if (bytes >= 1024)
      Atomics.add(memory.sources, sourceAt(entry) + SOURCE.Kib, Math.floor(bytes / 1024) | 0);
    this.sources.release(entry);
  }

  #has(connection: number, bit: number): boolean {
    return ((this.#counted[connection] ?? 0) & bit) !== 0;
  }

  #note(connection: number, bit: number): void {
    if (connection >= this.#counted.length) this.#grow(connection);
    this.#counted[connection] = (this.#counted[connection] as number) | bit;
  }

  #grow(connection: number): void {
    const length = 2 ** Math.ceil(Math.log2(Math.max(1024, connection + 1)));
    this.#counted = enlarged(this.#counted, length);
    this.#source = enlarged(this.#source, length);
  }
}

/** Gives back what a dead acceptor holds, including the locks that it died with. */
export const giveBackFor = (memory: LimitsMemory, acceptor: number): void => {
  const { listeners, sources, held, locks } = memory;
  for (let slot = 0; slot < memory.slots; slot++) {
    const own = heldListenerAt(memory, acceptor, slot);
    if (held[own] !== 0) Atomics.sub(listeners, listenerAt(slot) + LISTENER.Open, held[own] as number);
    held[own] = 0;
  }
  const first = heldSourceAt(memory, acceptor, 0);
  for (let entry = 0; entry < memory.entries; entry++) {
    const at = sourceAt(entry) + SOURCE.State;
    // It died while it wrote the entry.
    if (Atomics.load(sources, at) === -1 - acceptor) Atomics.store(sources, at, 0);
    else if (held[first + entry] !== 0) Atomics.sub(sources, at, held[first + entry] as number);
    held[first + entry] = 0;
    const unfinished = first + memory.entries + entry;
    if (held[unfinished] !== 0)
      Atomics.sub(sources, sourceAt(entry) + SOURCE.Unfinished, held[unfinished] as number);
    held[unfinished] = 0;
  }
  for (let lock = 0; lock < locks.length; lock++)
    if (Atomics.compareExchange(locks, lock, acceptor + 1, 0) === acceptor + 1) Atomics.notify(locks, lock);
};
