import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { lastWords } from '../../../operator/status/last-words.ts';

const TAILS: readonly (readonly [string, string, string])[] = [
  ['the last plain line', '{"msg":"a"}\nplain\n{"msg":"b"}\n', 'plain'],
  [
    'the last JSON line’s text, where there is no plain one',
    '{"msg":"a"}\n{"msg":"b","error":{"message":"c"}}',
    'b: c',
  ],
  ['nothing of a line that was cut', '{"msg":"a","err', ''],
  ['nothing of nothing', '\n', ''],
];

for (const [what, tail, words] of TAILS)
  test(`last words are ${what}`, () => assert.equal(lastWords(tail), words));

for (const program of ['operator', 'proxy'])
  test(`of the ${program} that refuses its flags, the status shows a problem, not how many there are`, () => {
    const main = new URL(`../../../${program}/main.ts`, import.meta.url).pathname;
    const { stderr, status } = spawnSync(process.execPath, [main, '--bogus'], { encoding: 'utf8', env: {} });
    assert.equal(status, 2, stderr);
    assert.match(lastWords(stderr), /^--\w+/, stderr);
  });
