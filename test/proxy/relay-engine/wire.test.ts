import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PickingPlans } from '../../../proxy/relay-engine/picking-plans.ts';
import { acceptorTableOf, NOTHING_WIRED } from '../../../proxy/relay-engine/wire.ts';
import { tableBackend } from '../tables.ts';

test('the table of an acceptor names its backends, so that a preface can pick one by name', async () => {
  const backends = ['web', 'mail'].map((name, slot) => ({
    name,
    slot,
    policy: tableBackend({ name }).policy,
    endpoints: [],
  }));
  const prepared = await new PickingPlans().prepare(backends);
  const table = acceptorTableOf({ ...NOTHING_WIRED, backends }, prepared, 0, 100);
  assert.deepEqual(
    table.backends.map(({ name, slot }) => [name, slot]),
    [
      ['web', 0],
      ['mail', 1],
    ],
  );
});
