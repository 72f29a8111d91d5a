import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable, styleOf } from '../../../cli/print/style.ts';
import { type Column, paragraph, table, wrapped } from '../../../cli/print/table.ts';

/** On a machine that is busy with other tests; with the square it would be minutes. */
const FAR_TOO_LONG_MS = 20_000;

interface Row {
  readonly name: string;
  readonly size: string;
  readonly why: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'SIZE', align: 'right', spare: 1, cell: ({ size }) => size },
  { title: 'WHY', cell: ({ why }) => ({ text: why, tone: 'bad' }) },
];
const ROWS: readonly Row[] = [
  { name: 'edge', size: '7', why: 'too few endpoints of the backend are healthy at the moment' },
  { name: 'a-longer-name', size: '1,234', why: '' },
];

const lines = (width: number | undefined, colors = false) =>
  table(COLUMNS, ROWS, { width, style: styleOf(colors) });

test('without a terminal, a table has all columns and one line for each row', () => {
  assert.deepEqual(lines(undefined), [
    'NAME             SIZE   WHY',
    'edge                7   too few endpoints of the backend are healthy at the moment',
    'a-longer-name   1,234',
  ]);
});

test('in a narrow terminal, spare columns are left out, and the last one is wrapped under itself', () => {
  assert.deepEqual(lines(46), [
    'NAME            WHY',
    'edge            too few endpoints of the',
    '                backend are healthy at the',
    '                moment',
    'a-longer-name',
  ]);
});

for (const width of [80, 200])
  test(`no line is longer than a terminal of ${width} columns`, () => {
    const row = { name: 'edge', size: '1', why: 'word '.repeat(90).trim() };
    const found = table(COLUMNS, [row], { width, style: styleOf(false) });
    assert.ok(found.length > 2);
    for (const line of found) assert.ok(line.length <= width, line);
  });

test('colours do not move columns', () => {
  const plain = lines(undefined);
  const colored = lines(undefined, true);
  assert.notDeepEqual(colored, plain);
  assert.deepEqual(
    colored.map((line) => printable(line)),
    plain.map((line) => line.trim()),
  );
});

test('nothing in a cell can control the terminal or begin another line', () => {
  const row = { name: 'a\u001b[2Jb', size: '\u009b5n', why: 'x\r\n\u202eevil\u0007' };
  const text = table(COLUMNS, [row], { width: undefined, style: styleOf(false) }).join('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  assert.equal(text.split('\n').length, 2);
});

test('a table without rows has no title', () => {
  assert.deepEqual(table(COLUMNS, [], { width: 80, style: styleOf(false) }), []);
});

test('the time to print a table does not grow with the square of its rows', () => {
  const began = performance.now();
  const many = Array.from({ length: 5000 }, () => ROWS[0] as Row);
  assert.equal(table(COLUMNS, many, { width: undefined, style: styleOf(true) }).length, 5001);
  assert.ok(performance.now() - began < FAR_TOO_LONG_MS);
});

test('a word that is longer than the width is cut, and the text is complete', () => {
  assert.deepEqual(wrapped('ab cdefghij k', 4), ['ab', 'cdef', 'ghij', 'k']);
  assert.deepEqual(wrapped('', 4), ['']);
});

test('a paragraph begins with its mark, and its other lines are indented', () => {
  assert.deepEqual(paragraph('one two three four five six seven', 30, '  ', '! '), [
    '! one two three four five six',
    '  seven',
  ]);
});
