import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchShortage } from '../../../proxy/control/shortage.ts';
import { acceptorStats } from '../stats.ts';

test('a shortage is told from the first connection it ended until a minute after the last', () => {
  let now = 0;
  const look = watchShortage({ fileDescriptors: 1024, now: () => now });
  const at = (time: number, total: number) => {
    now = time;
    return look({ closes: [{ reason: 'NoDescriptors', total }], acceptors: [] });
  };
  assert.deepEqual(at(0, 0), []);
  assert.match(
    at(2_000, 3)[0]?.message ?? '',
    /The limit in effect is 1024 file descriptors, two for each connection/,
  );
  assert.equal(at(60_000, 3).length, 1);
  assert.equal(at(61_000, 4).length, 1);
  assert.equal(at(121_000, 4).length, 1);
  assert.deepEqual(at(121_001, 4), []);
});

test('clients that wait because accepting pauses are a shortage, too', () => {
  const look = watchShortage({ fileDescriptors: 1024, now: () => 0 });
  assert.deepEqual(look({ closes: [], acceptors: [acceptorStats({ paused: false })] }), []);
  assert.equal(look({ closes: [], acceptors: [acceptorStats({ paused: true })] }).length, 1);
});
