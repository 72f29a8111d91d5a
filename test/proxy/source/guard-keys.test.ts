import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardKeys } from '../../../proxy/source/guard-keys.ts';

test('before the first private key is read the process is told so, once', () => {
  const done: string[] = [];
  const follower = guardKeys(
    { setNames: (names) => done.push(`reads ${names}`), fails: () => false, stop() {} },
    () => done.push('guards'),
  );
  follower.setNames([]);
  follower.setNames(['web']);
  follower.setNames(['web', 'api']);
  assert.deepEqual(done, ['reads ', 'guards', 'reads web', 'reads web,api']);
});
