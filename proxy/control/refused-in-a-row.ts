/** So many in a row may be strangers, such as port scanners, before that is a finding. */
const MOST_STRANGERS = 5;
/** The finding stays for this long after the last of them. */
const REPORTED_MS = 600_000;

interface Row {
  /** Connections that were refused, and what shows that others were not; neither ever falls. */
  refused: number;
  served: number;
  /** Those refused since another one was not. */
  length: number;
  lastMs: number;
}

/** Notices listeners that refuse every connection for one and the same reason. */
export interface RefusedInARow {
  /**
   * Takes new figures of a listener. `served` is any figure that rises with what is not refused. True when
   * it has risen since the last call.
   */
  update(listener: string, refused: number, served: number): boolean;
  /** Names of the listeners that have refused everybody of late. */
  listeners(): readonly string[];
  /** Forgets all listeners but these. */
  keep(listeners: ReadonlySet<string>): void;
}

/** `now` returns milliseconds of a monotonic clock. */
export const watchRefusals = (now: () => number): RefusedInARow => {
  const rows = new Map<string, Row>();
  return {
    update(listener, refused, served) {
      const known = rows.get(listener);
      // A listener that has never refused anybody is not followed.
      if (known === undefined && refused === 0) return false;
      const row = known ?? { refused: 0, served: 0, length: 0, lastMs: 0 };
      const isServing = served !== row.served;
      if (isServing) row.length = 0;
      else if (refused > row.refused) {
        row.length += refused - row.refused;
        row.lastMs = now();
      }
      rows.set(listener, Object.assign(row, { refused, served }));
      return isServing;
    },
    listeners: () =>
      [...rows]
        .filter(([, { length, lastMs }]) => length >= MOST_STRANGERS && now() - lastMs <= REPORTED_MS)
        .map(([listener]) => listener),
    keep(listeners) {
      for (const listener of rows.keys()) if (!listeners.has(listener)) rows.delete(listener);
    },
  };
};
