import type { Series } from '../../report/live.ts';

/**
 * The last values of named rows with the same columns, in a ring of fixed size for each row. A row that gets
 * no value in a sample is forgotten, and rows beyond a bound are not kept: the memory is bounded.
 */
export class SeriesRing<Column extends string> {
  #columns: readonly Column[];
  #capacity: number;
  #mostRows: number;
  #rows = new Map<string, Float32Array>();
  #next = 0;

  constructor(columns: readonly Column[], capacity: number, mostRows: number) {
    this.#columns = columns;
    this.#capacity = capacity;
    this.#mostRows = mostRows;
  }

  /** Adds one value of each row. */
  add(values: ReadonlyMap<string, Readonly<Record<Column, number | null>>>): void {
    for (const name of this.#rows.keys()) if (!values.has(name)) this.#rows.delete(name);
    for (const [name, row] of values) {
      const kept = this.#rowOf(name);
      if (kept === undefined) continue;
      for (const [index, column] of this.#columns.entries())
        kept[index * this.#capacity + this.#next] = row[column] ?? Number.NaN;
    }
    this.#next = (this.#next + 1) % this.#capacity;
  }

  #rowOf(name: string): Float32Array | undefined {
    const known = this.#rows.get(name);
    if (known !== undefined || this.#rows.size >= this.#mostRows) return known;
    const row = new Float32Array(this.#columns.length * this.#capacity).fill(Number.NaN);
    this.#rows.set(name, row);
    return row;
  }

  /** All rows, each column from its oldest value to its newest. */
  read(): Readonly<Record<string, Readonly<Record<Column, Series>>>> {
    return Object.fromEntries(
      [...this.#rows].map(([name, row]) => [
        name,
        Object.fromEntries(this.#columns.map((column, index) => [column, this.#column(row, index)])),
      ]),
    ) as Readonly<Record<string, Readonly<Record<Column, Series>>>>;
  }

  #column(row: Float32Array, index: number): Series {
    const values = row.subarray(index * this.#capacity, (index + 1) * this.#capacity);
    return [...values.subarray(this.#next), ...values.subarray(0, this.#next)].map(shortened);
  }
}

/** As few digits as a chart shows: they are sent as text. */
const shortened = (value: number): number | null =>
  Number.isNaN(value) ? null : Math.abs(value) < 100 ? Math.round(value * 100) / 100 : Math.round(value);
