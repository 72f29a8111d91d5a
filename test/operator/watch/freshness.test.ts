import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LOST_AFTER_MS,
  STALE_AFTER_MS,
  staleness,
  type WatchHealth,
} from '../../../operator/watch/freshness.ts';

const lost = { connected: false, error: new Error('connection refused'), retryInMs: 1000 } as const;
const watch = (more: Partial<WatchHealth>): WatchHealth => ({
  kind: 'Pod',
  synced: true,
  state: { connected: true },
  silentMs: 0,
  ...more,
});

const ROWS: readonly (readonly [string, Partial<WatchHealth>, readonly string[]])[] = [
  ['a watch that hears', {}, []],
  ['a watch lost a moment ago', { state: lost, silentMs: LOST_AFTER_MS - 1 }, []],
  [
    'a watch lost for long',
    { state: lost, silentMs: LOST_AFTER_MS },
    ['Pod: the watch has been lost for 120 s: connection refused'],
  ],
  [
    'a watch that is silent for long',
    { silentMs: STALE_AFTER_MS },
    ['Pod: the watch has been silent for 300 s'],
  ],
  ['a kind not listed yet', { synced: false }, ['Pod: not listed yet']],
  [
    'a kind that cannot be listed',
    { synced: false, state: lost },
    ['Pod: not listed yet: connection refused'],
  ],
];

for (const [what, given, expected] of ROWS)
  test(`${what} is ${expected.length === 0 ? 'fresh' : 'stale, and says why'}`, () => {
    assert.deepEqual(staleness([watch({ kind: 'Service' }), watch(given)]), expected);
  });
