import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PickingPlans } from '../../../proxy/relay-engine/picking-plans.ts';
import { SOCKET_ADDRESS_BYTES } from '../../../proxy/sys/socket-address.ts';
import { endpointsOf } from '../table/pickers/choices.ts';

const maglev = (name: string, weights: readonly number[]) => ({
  name,
  policy: { algorithm: 'Maglev' as const },
  endpoints: endpointsOf(weights).map((endpoint, slot) => ({ ...endpoint, slot })),
});

test('a plan is in shared memory', async () => {
  const plan = (await new PickingPlans().prepare([maglev('a', [1, 1])])).get('a')?.plan;
  assert.ok(plan?.turns.buffer instanceof SharedArrayBuffer);
  assert.ok(plan.turns.length > 0);
  assert.ok(plan.seeds.buffer instanceof SharedArrayBuffer);
});

test('an unchanged backend keeps its plan, and a changed one gets a new plan', async () => {
  const plans = new PickingPlans();
  const before = await plans.prepare([maglev('a', [1, 2]), maglev('b', [1, 2]), maglev('c', [1, 2])]);
  const after = await plans.prepare([
    maglev('a', [1, 2]),
    maglev('b', [1, 3]),
    { ...maglev('c', [1, 2]), policy: { algorithm: 'SourceHash' } },
  ]);
  assert.equal(after.get('a'), before.get('a'));
  assert.notEqual(after.get('b'), before.get('b'));
  assert.notEqual(after.get('c'), before.get('c'));
  assert.deepEqual([after.get('c')?.plan.turns.length, after.get('c')?.plan.seeds.length], [0, 4]);
});

test('a replaced endpoint causes a new plan, and removed backends are forgotten', async () => {
  const plans = new PickingPlans();
  const one = maglev('a', [1, 1]);
  const before = await plans.prepare([one]);
  const moved = { ...one, endpoints: one.endpoints.map((endpoint) => ({ ...endpoint, port: 81 })) };
  assert.notEqual((await plans.prepare([moved])).get('a'), before.get('a'));
  assert.deepEqual([...(await plans.prepare([])).keys()], []);
  assert.notEqual((await plans.prepare([one])).get('a'), before.get('a'));
});

test('the event loop runs between one plan and the next', async () => {
  const seen: string[] = [];
  setImmediate(() => seen.push('other work'));
  await new PickingPlans()
    .prepare([maglev('a', [1, 1]), maglev('b', [1, 1])])
    .then(() => seen.push('planned'));
  assert.deepEqual(seen, ['other work', 'planned']);
});

test('endpoints are encoded in shared memory and keep their id as long as they are the same', async () => {
  const plans = new PickingPlans();
  const before = (await plans.prepare([maglev('a', [1, 2])])).get('a')?.endpoints;
  assert.ok(before !== undefined);
  for (const { buffer } of [before.slots, before.weights, before.addresses])
    assert.ok(buffer instanceof SharedArrayBuffer);
  assert.deepEqual(
    [[...before.slots], [...before.weights]],
    [
      [0, 1],
      [1, 2],
    ],
  );
  assert.equal(before.addresses.length, 2 * SOCKET_ADDRESS_BYTES);
  assert.equal((await plans.prepare([maglev('a', [1, 2])])).get('a')?.endpoints.id, before.id);
  const moved = maglev('a', [1, 2]);
  const elsewhere = { ...moved, endpoints: moved.endpoints.map((one) => ({ ...one, slot: one.slot + 5 })) };
  assert.notEqual((await plans.prepare([elsewhere])).get('a')?.endpoints.id, before.id, 'other slots');
});
