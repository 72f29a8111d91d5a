import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./broken-follower.ts', import.meta.url));

describe('the process ends with a stack trace, instead of continuing without the watch, when', () => {
  for (const broken of ['onState', 'onSync']) {
    const how = broken === 'onSync' ? ' and there is no onState' : '';
    test(`${broken} throws${how}`, () => {
      const ran = spawnSync(process.execPath, [PROGRAM, broken], { encoding: 'utf8', timeout: 60_000 });
      assert.equal(ran.status, 1, ran.stderr);
      assert.match(ran.stderr, new RegExp(`${broken} is broken`));
      assert.match(ran.stderr, /broken-follower\.ts:\d+/);
    });
  }
});
