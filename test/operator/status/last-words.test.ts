import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { lastWords } from '../../../operator/status/last-words.ts';

for (const program of ['operator', 'proxy'])
  test(`of the ${program} that refuses its flags, the status shows a problem, not how many there are`, () => {
    const main = new URL(`../../../${program}/main.ts`, import.meta.url).pathname;
    const { stderr, status } = spawnSync(process.execPath, [main, '--bogus'], { encoding: 'utf8', env: {} });
    assert.equal(status, 2, stderr);
    assert.match(lastWords(stderr), /^--\w+/, stderr);
  });
