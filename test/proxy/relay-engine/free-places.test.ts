import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allocateShared,
  ENDPOINT_TOTALS,
  endpointTotalsAt,
  viewShared,
} from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { placeKey } from '../../../proxy/relay-engine/endpoint-slots.ts';
import { type Counting, freePlaces } from '../../../proxy/relay-engine/free-places.ts';
import { Places } from '../../../proxy/relay-engine/wire.ts';
import { tableBackend } from '../tables.ts';

const ACCEPTORS = 2;
const KEEP_MS = 1_000;
const NOTHING: Counting = { listeners: [], backends: [] };
const STAYS = { address: '192.0.2.1', port: 80, weight: 1 };
const [STAYING, GONE] = [placeKey('b', '192.0.2.1:80'), placeKey('b', '192.0.2.2:80')];

/** A backend with two endpoints that had slots, of which one is served still. */
const set = () => {
  const shared = viewShared(allocateShared(ACCEPTORS, 64));
  const places = new Places();
  places.backends.take('b');
  const slots = [STAYING, GONE].map((key) => places.endpoints.take(key)?.slot ?? assert.fail('no slot'));
  const look = (counting: Counting, nowMs: number) =>
    freePlaces(shared, ACCEPTORS, places, counting, { keepMs: KEEP_MS, nowMs, beforeFreeing: () => {} });
  const served: Counting = { listeners: [], backends: [tableBackend({ name: 'b', endpoints: [STAYS] })] };
  return { shared, places, look, served, staying: slots[0] as number, gone: slots[1] as number };
};

test('what an endpoint had counted stays in the sums of its backend when it gives its slot back', () => {
  const { shared, places, look, served, gone } = set();
  for (let acceptor = 0; acceptor < ACCEPTORS; acceptor++) {
    shared.totals[endpointTotalsAt(acceptor, gone) + ENDPOINT_TOTALS.Received] = 10 + acceptor;
    shared.totals[endpointTotalsAt(acceptor, gone) + ENDPOINT_TOTALS.Sent] = 100 + acceptor;
  }
  look(served, 0);
  assert.equal(places.pastBytes.get('b'), undefined, 'it has its slot still');
  assert.deepEqual(look(served, KEEP_MS), { endpoints: 1, isMore: false });
  assert.deepEqual(places.pastBytes.get('b'), { received: 21, sent: 201 });
});

test('an endpoint that comes back is not blamed for what it did before', () => {
  const { shared, look, served, staying, gone } = set();
  for (const slot of [staying, gone]) shared.failuresInARow[slot] = 3;
  look(served, 0);
  assert.deepEqual([shared.failuresInARow[staying], shared.failuresInARow[gone]], [3, 0]);
});

for (const kind of ['listeners', 'backends', 'endpoints'] as const)
  test(`as long as one of the ${kind} that are not served keeps its slot, it is looked at again`, () => {
    const places = new Places();
    places[kind].take(kind === 'endpoints' ? GONE : 'gone');
    const shared = viewShared(allocateShared(ACCEPTORS, 64));
    const isMore = (nowMs: number): boolean =>
      freePlaces(shared, ACCEPTORS, places, NOTHING, { keepMs: KEEP_MS, nowMs, beforeFreeing: () => {} })
        .isMore;
    assert.deepEqual([isMore(0), isMore(KEEP_MS - 1), isMore(KEEP_MS)], [true, true, false]);
    assert.equal([...places[kind].entries()].length, 0);
  });
