import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { exitMessageIn } from '../../../operator/status/exit-message.ts';

const TAILS: readonly (readonly [string, string, string])[] = [
  ['the last plain line', '{"msg":"a"}\nplain\n{"msg":"b"}\n', 'plain'],
  [
    'the text of the last JSON line if there is no plain one',
    '{"msg":"a"}\n{"msg":"b","error":{"message":"c"}}',
    'b: c',
  ],
  ['empty if the line is truncated', '{"msg":"a","err', ''],
  ['empty if there is no output', '\n', ''],
];

for (const [what, tail, expected] of TAILS)
  test(`the exit message is ${what}`, () => assert.equal(exitMessageIn(tail), expected));

for (const program of ['operator', 'proxy'])
  test(`the exit message of the ${program} with a bad flag is the problem, not the number of problems`, () => {
    const main = new URL(`../../../${program}/main.ts`, import.meta.url).pathname;
    const { stderr, status } = spawnSync(process.execPath, [main, '--bogus'], { encoding: 'utf8', env: {} });
    assert.equal(status, 2, stderr);
    assert.match(exitMessageIn(stderr), /^--\w+/, stderr);
  });
