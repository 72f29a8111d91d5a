import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allocateShared, viewShared } from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { slotKey } from '../../../proxy/relay-engine/endpoint-slots.ts';
import { failingEndpoints, forgetFailures } from '../../../proxy/relay-engine/failing-endpoints.ts';
import { Slots } from '../../../proxy/relay-engine/slots.ts';

test('endpoints with at least so many consecutive failures are listed until their count is reset', () => {
  const shared = viewShared(allocateShared(1, 16));
  const slots = new Slots(8);
  for (const [key, failures] of [
    [slotKey('web', '192.0.2.1:80'), 4],
    [slotKey('web', '[2001:db8::1]:80'), 5],
    [slotKey('pg', '192.0.2.1:80'), 9],
  ] as const)
    shared.failuresInARow[slots.take(key)?.slot ?? -1] = failures;
  shared.failuresInARow[7] = 100; // a free slot
  const v6 = { backend: 'web', endpoint: '[2001:db8::1]:80', inARow: 5 };
  const pg = { backend: 'pg', endpoint: '192.0.2.1:80', inARow: 9 };
  assert.deepEqual(failingEndpoints(shared, slots, 5), [v6, pg]);
  forgetFailures(shared, slots, v6);
  forgetFailures(shared, slots, { backend: 'web', endpoint: 'unknown' });
  assert.deepEqual(failingEndpoints(shared, slots, 5), [pg]);
});
