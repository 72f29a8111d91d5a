import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchHandshakeFloods } from '../../../proxy/control/handshake-floods.ts';
import { engineStats, listenerStats } from '../stats.ts';

const stats = (evicted: number, change = {}) =>
  engineStats({
    listeners: [
      listenerStats({
        name: 'https',
        handshakes: { full: 1, resumed: 0, failed: [{ failure: 'Evicted', total: evicted }] },
        ...change,
      }),
    ],
  });

test('handshakes that had to give way are a finding for ten minutes after the last of them', () => {
  let nowMs = 0;
  const watch = watchHandshakeFloods(() => nowMs);
  const listeners = (evicted: number) => watch.findings(stats(evicted)).map(({ listener }) => listener);
  assert.deepEqual(listeners(0), []);
  assert.deepEqual(listeners(7), ['https']);
  nowMs = 500_000;
  assert.deepEqual(listeners(8), ['https']);
  nowMs = 1_100_000;
  assert.deepEqual(listeners(8), ['https']);
  nowMs = 1_100_001;
  assert.deepEqual(listeners(8), []);
  assert.deepEqual(listeners(9), ['https']);
});

test('a listener that has gone, or is another one of the same name, has no flood', () => {
  const watch = watchHandshakeFloods(() => 0);
  assert.equal(watch.findings(stats(7)).length, 1);
  assert.deepEqual(watch.findings(stats(2)), []);
  assert.equal(watch.findings(stats(3)).length, 1);
  assert.deepEqual(watch.findings(stats(3, { leaving: true })), []);
  assert.deepEqual(watch.findings(engineStats({ listeners: [] })), []);
});
