import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyGuard } from '../../../proxy/source/guard-keys.ts';

test('before the first private key is read the process is told so, once', () => {
  const done: string[] = [];
  const guarded = keyGuard(() => done.push('guards'));
  const follow = (what: string) =>
    guarded({ setNames: (names) => done.push(`reads ${what}${names}`), fails: () => false, stop() {} });
  const [follower, ofBackends] = [follow(''), follow('of backends: ')];
  follower.setNames([]);
  follower.setNames(['web']);
  follower.setNames(['web', 'api']);
  ofBackends.setNames(['own']);
  assert.deepEqual(done, ['reads ', 'guards', 'reads web', 'reads web,api', 'reads of backends: own']);
});
