import { printable, type Style, type Tone } from './style.ts';

/** A cell: its text, and what it means. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  readonly align?: 'right';
  /** Left out where the table would be wider than the terminal; the highest first. */
  readonly spare?: number;
}

export interface TableOptions {
  /** Undefined for no limit. */
  readonly width: number | undefined;
  readonly style: Style;
  readonly indent?: string;
}

const GAP = '   ';
/** Below this, the last column moves out of the right edge instead of being wrapped. */
const LEAST_LAST = 24;

/**
 * Lines of a table as kubectl prints them. In a narrow terminal spare columns are left out, and a last column
 * that is still too long is wrapped under itself.
 */
export const table = <Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { width, style, indent = '' }: TableOptions,
): readonly string[] => {
  if (rows.length === 0) return [];
  const measured = columns.map((column) => {
    const cells = rows.map((row) => textOf(column.cell(row)));
    // Not Math.max(...cells): thousands of arguments.
    const widest = cells.reduce((most, { text }) => Math.max(most, text.length), column.title.length);
    return { column, cells, widest };
  });
  const kept = fitting(measured, width === undefined ? undefined : width - indent.length);
  const last = kept.at(-1);
  const before = kept.slice(0, -1).reduce((sum, { widest }) => sum + widest + GAP.length, indent.length);
  const room = width === undefined ? undefined : Math.max(width - before, LEAST_LAST);
  const line = (cellOf: (one: (typeof kept)[number]) => { text: string; tone: Tone }): string[] => {
    const start = kept.slice(0, -1).map((one) => {
      const { text, tone } = cellOf(one);
      const blanks = ' '.repeat(one.widest - text.length);
      return one.column.align === 'right' ? blanks + style(tone, text) : style(tone, text) + blanks;
    });
    if (last === undefined) return [];
    const { text, tone } = cellOf(last);
    const padded = last.column.align === 'right' ? text.padStart(last.widest) : text;
    const [first = '', ...more] = wrapped(padded, room);
    return [
      (indent + [...start, style(tone, first)].join(GAP)).trimEnd(),
      ...more.map((rest) => ' '.repeat(before) + style(tone, rest)),
    ];
  };
  return [
    ...line(({ column }) => ({ text: column.title, tone: 'faint' })),
    ...rows.flatMap((_, at) => line(({ cells }) => cells[at] ?? { text: '', tone: 'plain' })),
  ];
};

const textOf = (cell: Cell): { readonly text: string; readonly tone: Tone } =>
  typeof cell === 'string'
    ? { text: printable(cell), tone: 'plain' }
    : { text: printable(cell.text), tone: cell.tone };

interface Measured {
  readonly column: { readonly spare?: number };
  readonly widest: number;
}

const fitting = <M extends Measured>(all: readonly M[], width: number | undefined): readonly M[] => {
  const total = all.reduce((sum, { widest }) => sum + widest, 0) + GAP.length * (all.length - 1);
  if (width === undefined || total <= width) return all;
  const spare = Math.max(...all.map(({ column }) => column.spare ?? 0));
  return spare === 0
    ? all
    : fitting(
        all.filter(({ column }) => column.spare !== spare),
        width,
      );
};

/** A text in lines of at most `width` characters, broken between words where possible. */
export const wrapped = (text: string, width: number | undefined): readonly string[] => {
  if (width === undefined || text.length <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
};

/** A paragraph whose lines begin with `indent`; the first one may begin with something else as long. */
export const paragraph = (
  text: string,
  width: number | undefined,
  indent = '',
  first = indent,
): readonly string[] =>
  wrapped(printable(text), width === undefined ? undefined : Math.max(width - indent.length, LEAST_LAST)).map(
    (line, at) => `${at === 0 ? first : indent}${line}`,
  );
