import {
  heldSourceAt,
  type LimitsMemory,
  LOCKS,
  ROW,
  SOURCE,
  SOURCE_TOTALS,
  sourceAt,
  sourceTotalsAt,
} from './limits-memory.ts';
import { SourceKey } from './source-key.ts';
import { untilFull } from './token-bucket.ts';

const FREE = 0;
/** Nobody has a connection of it. */
const IDLE = 1;
/**
 * How long an acceptor waits for another one that enters a source, in tries of a millisecond: far longer than
 * the system leaves a thread without a core. A dead one's locks are freed once its end is known.
 */
const LOCK_TRIES = 500;

/** No entry: both rows of the source are full of others. */
export const NO_ENTRY = -1;

/**
 * Microseconds until nothing would be lost with an entry without connections, whose integers are at `at`; 0
 * if so already.
 */
export const debtOf = (words: Int32Array, at: number, now: number): number =>
  untilFull(words, at + SOURCE.Rate, now);

/**
 * One acceptor's view of the table of sources, which all acceptors share. Its size is fixed. A source has its
 * entry in one of two rows that its hash determines, so that finding it takes the same time however many
 * there are. An entry without open connections is given to another source when a row is full: the one that
 * is clear, or else closest to it.
 *
 * Entries are found without a lock. An entry is held by counting a connection in its state, and what was
 * found is compared once more after that: it may have become another's in between. The lock only keeps a
 * source from being entered twice, and is not waited for without end: its holder may have died.
 */
export class SourceTable {
  readonly #memory: LimitsMemory;
  readonly #index: number;
  readonly #rows: number;
  readonly #key: SourceKey;
  /** Open connections that the source of the last `take` had before. */
  before = 0;
  /** Current time in microseconds; see token-bucket.ts. */
  now = 0;

  constructor(memory: LimitsMemory, index: number) {
    this.#memory = memory;
    this.#key = new SourceKey(memory.hashKeys);
    this.#index = index;
    this.#rows = memory.entries / ROW;
  }

  /**
   * Counts a connection of the client whose 16 bytes of address are at `at`, and returns the entry of its
   * source, or NO_ENTRY.
   */
  take(listener: number, bytes: Uint8Array, at: number, prefix: number): number {
    this.#key.set(listener, bytes, at, prefix);
    for (;;) {
      let entry = this.#find();
      if (entry === NO_ENTRY) {
        const lock = this.#lock();
        entry = this.#find();
        if (entry === NO_ENTRY) {
          entry = this.#enter();
          this.before = 0;
          this.#unlock(lock);
          if (entry === NO_ENTRY) this.#count(SOURCE_TOTALS.Untracked);
          return entry;
        }
        this.#unlock(lock);
      }
      if (this.#hold(entry)) return entry;
    }
  }

  /** The entry of a client's source, without counting anything; NO_ENTRY if it is not followed. */
  entryOf(listener: number, bytes: Uint8Array, at: number, prefix: number): number {
    this.#key.set(listener, bytes, at, prefix);
    return this.#find();
  }

  /** A connection of the entry's source has ended. */
  release(entry: number): void {
    this.#add(entry, -1);
  }

  /** Open connections of the entry's source. */
  open(entry: number): number {
    return Atomics.load(this.#memory.sources, sourceAt(entry) + SOURCE.State) - 1;
  }

  #add(entry: number, by: 1 | -1): void {
    const { sources, held } = this.#memory;
    Atomics.add(sources, sourceAt(entry) + SOURCE.State, by);
    const own = heldSourceAt(this.#memory, this.#index, entry);
    held[own] = (held[own] as number) + by;
  }

  #count(total: number): void {
    const { totals } = this.#memory;
    const at = sourceTotalsAt(this.#index) + total;
    totals[at] = (totals[at] as number) + 1;
  }

  #firstRow(): number {
    return (this.#key.first % this.#rows) * ROW;
  }

  #secondRow(): number {
    const row = (this.#key.second % this.#rows) * ROW;
    // A source needs two different rows.
    return row === this.#firstRow() ? (row + ROW) % this.#memory.entries : row;
  }

  #find(): number {
    const found = this.#findIn(this.#firstRow());
    return found === NO_ENTRY ? this.#findIn(this.#secondRow()) : found;
  }

  #findIn(row: number): number {
    for (let entry = row; entry < row + ROW; entry++) if (this.#isOurs(entry)) return entry;
    return NO_ENTRY;
  }

  #isOurs(entry: number): boolean {
    const { sources } = this.#memory;
    const at = sourceAt(entry);
    const { words } = this.#key;
    return (
      Atomics.load(sources, at + SOURCE.State) > FREE &&
      sources[at + SOURCE.Address] === words[0] &&
      sources[at + SOURCE.Address + 1] === words[1] &&
      sources[at + SOURCE.Address + 2] === words[2] &&
      sources[at + SOURCE.Address + 3] === words[3] &&
      sources[at + SOURCE.Listener] === this.#key.listener
    );
  }

  /** Counts a connection at an entry that was found; false if it has become another's. */
  #hold(entry: number): boolean {
    const { sources } = this.#memory;
    const at = sourceAt(entry) + SOURCE.State;
    for (;;) {
      const state = Atomics.load(sources, at);
      if (state <= FREE) return false;
      if (Atomics.compareExchange(sources, at, state, state + 1) !== state) continue;
      this.before = state - IDLE;
      break;
    }
    if (!this.#isOurs(entry)) {
      Atomics.sub(sources, at, 1);
      return false;
    }
    const own = heldSourceAt(this.#memory, this.#index, entry);
    this.#memory.held[own] = (this.#memory.held[own] as number) + 1;
    return true;
  }

  /** Gives the source an entry with one connection: a free one, or that of a source without connections. */
  #enter(): number {
    const first = this.#firstRow();
    const second = this.#secondRow();
    for (let tries = 0; tries < ROW; tries++) {
      const entry = this.#emptiest(first, second);
      if (entry === NO_ENTRY) return NO_ENTRY;
      const at = sourceAt(entry) + SOURCE.State;
      const { sources } = this.#memory;
      const state = Atomics.load(sources, at);
      const isFree = state === FREE || state === IDLE;
      const writing = -1 - this.#index;
      if (!isFree || Atomics.compareExchange(sources, at, state, writing) !== state) continue;
      if (state === IDLE && debtOf(sources, sourceAt(entry), this.now) > 0)
        this.#count(SOURCE_TOTALS.Evicted);
      this.#write(entry);
      return entry;
    }
    return NO_ENTRY;
  }

  #write(entry: number): void {
    const { sources, held } = this.#memory;
    const at = sourceAt(entry);
    sources.fill(0, at + 1, sourceAt(entry + 1));
    for (const bucket of [SOURCE.Rate, SOURCE.Bandwidth, SOURCE.Bandwidth + 1])
      sources[at + bucket] = this.now;
    sources[at + SOURCE.Listener] = this.#key.listener;
    for (let i = 0; i < 4; i++) sources[at + SOURCE.Address + i] = this.#key.words[i] as number;
    const own = heldSourceAt(this.#memory, this.#index, entry);
    held[own] = (held[own] as number) + 1;
    Atomics.store(sources, at + SOURCE.State, IDLE + 1);
  }

  /** The entry of two rows that is free, or idle and owes least; NO_ENTRY if all have connections. */
  #emptiest(first: number, second: number): number {
    let best = NO_ENTRY;
    let least = Number.POSITIVE_INFINITY;
    // Taken in turns, so that both rows fill up alike.
    for (let i = 0; i < 2 * ROW; i++) {
      const entry = ((i & 1) === 0 ? first : second) + (i >> 1);
      const at = sourceAt(entry);
      const state = Atomics.load(this.#memory.sources, at + SOURCE.State);
      if (state === FREE) return entry;
      if (state !== IDLE) continue;
      const debt = debtOf(this.#memory.sources, at, this.now);
      if (debt < least) {
        least = debt;
        best = entry;
      }
    }
    return best;
  }

  #lock(): number {
    const { locks } = this.#memory;
    const lock = this.#key.first & (LOCKS - 1);
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      const holder = Atomics.compareExchange(locks, lock, 0, this.#index + 1);
      if (holder === 0) return lock;
      Atomics.wait(locks, lock, holder, 1);
    }
    return NO_ENTRY;
  }

  #unlock(lock: number): void {
    if (lock === NO_ENTRY) return;
    const { locks } = this.#memory;
    // It may have been taken for that of a dead acceptor.
    if (Atomics.compareExchange(locks, lock, this.#index + 1, 0) === this.#index + 1)
      Atomics.notify(locks, lock, 1);
  }
}
