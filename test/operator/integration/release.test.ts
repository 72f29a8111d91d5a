import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { LEASE_NAMESPACE, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

/** Between two looks at the Lease: who takes it sooner was woken, and did not come by chance. */
const RETRY_MS = 60_000;
/** Within two seconds is the promise; this much is for a machine that is busy with other things. */
const WITHIN_MS = 15_000;
const FLAGS = [
  ...BASIC,
  `--leader-elect-namespace=${LEASE_NAMESPACE}`,
  '--leader-elect-lease-duration=240s',
  '--leader-elect-renew-deadline=180s',
  `--leader-elect-retry-period=${RETRY_MS / 1000}s`,
];

let world: TestWorld;
const operators: OperatorProcess[] = [];

before(async () => {
  world = await startWorld({ controllerManager: false });
});

after(async () => {
  for (const operator of operators) await operator.stop('SIGKILL');
  await world?.close();
});

test('a Lease that is given back wakes who waits for it, however long it would have slept', async (t) => {
  const [a, b] = await Promise.all(['a', 'b'].map((user) => operatorLogin(world.cp, user)));
  const old = startOperator(a ?? '', [], FLAGS);
  operators.push(old);
  await old.line('leads');
  const next = startOperator(b ?? '', [], FLAGS);
  operators.push(next);
  await next.line('follows');
  await next.line('caches synced');
  const since = world.auditSize();
  assert.equal(await old.stop(), 0);
  const released = world.writes('a', since).findLast(({ what }) => what.includes('/leases'));
  const taken = () =>
    world.writes('b', since).find(({ what, code }) => what.includes('/leases') && code < 400);
  await world.eventually('the Lease taken', async () => taken() !== undefined);
  const tookMs = Date.parse(taken()?.from ?? '') - Date.parse(released?.to ?? '');
  assert.ok(tookMs < WITHIN_MS, `taken ${tookMs} ms after it was given back`);
  t.diagnostic(`taken ${tookMs} ms after it was given back`);
});
