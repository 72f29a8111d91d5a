import type { Entry } from './entry.ts';

/** A log is read again from a whole second on, and clocks of lines may be out of order by a little. */
const OVERLAP_MS = 5_000;

/** Remembers the latest entries of one log, so that none is shown twice when it is opened again. */
export class Seen {
  #recent = new Map<string, number>();
  #latest = 0;

  /** Whether the entry is new; it is remembered. */
  take({ raw, time }: Pick<Entry, 'raw' | 'time'>): boolean {
    if (this.#recent.has(raw)) return false;
    const at = Date.parse(time) || this.#latest;
    if (at < this.#latest - OVERLAP_MS) return false;
    this.#recent.set(raw, at);
    if (at <= this.#latest) return true;
    this.#latest = at;
    // In the order in which they came, which is nearly that of their times.
    for (const [old, its] of this.#recent) {
      if (its >= at - OVERLAP_MS) break;
      this.#recent.delete(old);
    }
    return true;
  }

  /** From when on to read again: RFC 3339; `otherwise` if nothing was read. */
  since(otherwise: number): string {
    return new Date(this.#latest === 0 ? otherwise : this.#latest).toISOString();
  }
}
