import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { CliError } from '../../../cli/errors/exit.ts';
import { repeatedly } from '../../../cli/print/repeatedly.ts';
import { capture } from '../captured.ts';

/** Shows these texts one after the other until one is an error that ends it; returns what was written. */
const written = async (
  texts: readonly (string | Error)[],
  { width, output }: { readonly width?: number; readonly output?: 'json' | 'yaml' | 'wide' } = {},
) => {
  const { terminal, written: all } = capture(width === undefined ? {} : { width });
  const left = [...texts];
  const text = async (): Promise<string> => {
    const next = left.shift() ?? assert.fail('asked for one more');
    if (next instanceof Error) throw next;
    return next;
  };
  await assert.rejects(repeatedly(terminal, output, text, 0), /the end/);
  return all;
};
const shown = async (...given: Parameters<typeof written>): Promise<string> => (await written(...given)).out;

const END = new Error('the end');
const CLEAR = '\u001b[H\u001b[2J';

test('a terminal is cleared before each text, and a pipe gets them one below the other', async () => {
  assert.equal(await shown(['a\n', 'b\n', END], { width: 80 }), `${CLEAR}a\n${CLEAR}b\n`);
  assert.equal(await shown(['a\n', 'b\n', END]), 'a\n\nb\n\n');
});

test('what fails later than at first is told, and tried again', async () => {
  const gone = new CliError('Unreachable', 'no answer');
  assert.equal(await shown(['a\n', gone, 'b\n', END]), 'a\n\nno answer; trying again\n\nb\n\n');
});

for (const [output, read] of [
  [
    'json',
    (text: string) =>
      text
        .trim()
        .split(/\n\n+/)
        .map((one) => JSON.parse(one)),
  ],
  ['yaml', (text: string) => parseAllDocuments(text).map((one) => one.toJS())],
] as const)
  test(`a reader of ${output} finds only documents: what fails is told on standard error`, async () => {
    const gone = new CliError('Unreachable', 'no answer');
    const texts = ['{"a": 1}\n', gone, '{"a": 2}\n', END];
    const { out, err } = await written(texts, { output });
    assert.deepEqual(read(out), [{ a: 1 }, { a: 2 }]);
    assert.equal(err, 'no answer; trying again\n');
  });

test('what fails at first ends the command', async () => {
  assert.equal(await shown([new CliError('NotFound', 'the end')]), '');
});
