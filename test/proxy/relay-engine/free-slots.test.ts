import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allocateShared,
  ENDPOINT_TOTALS,
  endpointTotalsAt,
  viewShared,
} from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { slotKey } from '../../../proxy/relay-engine/endpoint-slots.ts';
import { type Counting, freeSlots } from '../../../proxy/relay-engine/free-slots.ts';
import { SlotRegistry } from '../../../proxy/relay-engine/slot-registry.ts';
import { tableBackend } from '../tables.ts';

const ACCEPTORS = 2;
const KEEP_MS = 1_000;
const NOTHING: Counting = { listeners: [], backends: [] };
const STAYS = { address: '192.0.2.1', port: 80, weight: 1 };
const [STAYING, GONE] = [slotKey('b', '192.0.2.1:80'), slotKey('b', '192.0.2.2:80')];

/** A backend with two endpoints that have slots, one of which is still served. */
const set = () => {
  const shared = viewShared(allocateShared(ACCEPTORS, 64));
  const registry = new SlotRegistry();
  registry.backends.take('b');
  const slots = [STAYING, GONE].map((key) => registry.endpoints.take(key)?.slot ?? assert.fail('no slot'));
  const freed: number[] = [];
  const sweep = (counting: Counting, nowMs: number) =>
    freeSlots(shared, ACCEPTORS, registry, counting, {
      keepMs: KEEP_MS,
      nowMs,
      onEndpointFreed: (slot) => freed.push(slot),
      beforeFreeing: () => {},
    });
  const served: Counting = { listeners: [], backends: [tableBackend({ name: 'b', endpoints: [STAYS] })] };
  return { shared, registry, freed, sweep, served, staying: slots[0] as number, gone: slots[1] as number };
};

test('the sums of a backend keep the bytes of an endpoint whose slot is freed', () => {
  const { shared, registry, freed, sweep, served, gone } = set();
  for (let acceptor = 0; acceptor < ACCEPTORS; acceptor++) {
    shared.totals[endpointTotalsAt(acceptor, gone) + ENDPOINT_TOTALS.Received] = 10 + acceptor;
    shared.totals[endpointTotalsAt(acceptor, gone) + ENDPOINT_TOTALS.Sent] = 100 + acceptor;
  }
  sweep(served, 0);
  assert.equal(registry.pastBytes.get('b'), undefined, 'it still has its slot');
  assert.deepEqual(sweep(served, KEEP_MS), { endpoints: 1, isMore: false });
  assert.deepEqual(registry.pastBytes.get('b'), { received: 21, sent: 201 });
  assert.deepEqual(freed, [gone], 'connection IDs lead there no longer');
});

test('the failures of a removed endpoint are forgotten', () => {
  const { shared, sweep, served, staying, gone } = set();
  for (const slot of [staying, gone]) shared.failuresInARow[slot] = 3;
  sweep(served, 0);
  assert.deepEqual([shared.failuresInARow[staying], shared.failuresInARow[gone]], [3, 0]);
});

for (const kind of ['listeners', 'backends', 'endpoints'] as const)
  test(`there is more to free as long as one of the removed ${kind} has a slot`, () => {
    const registry = new SlotRegistry();
    registry[kind].take(kind === 'endpoints' ? GONE : 'gone');
    const shared = viewShared(allocateShared(ACCEPTORS, 64));
    const isMore = (nowMs: number): boolean =>
      freeSlots(shared, ACCEPTORS, registry, NOTHING, {
        keepMs: KEEP_MS,
        nowMs,
        onEndpointFreed: () => {},
        beforeFreeing: () => {},
      }).isMore;
    assert.deepEqual([isMore(0), isMore(KEEP_MS - 1), isMore(KEEP_MS)], [true, true, false]);
    assert.equal([...registry[kind].entries()].length, 0);
  });
