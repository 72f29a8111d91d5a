import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { LEASE_NAMESPACE, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

/** Between two looks at the Lease: who takes it sooner was woken, and did not come by chance. */
const RETRY_MS = 60_000;
/** The promise. One round of some may take longer, on a machine that is busy with other things. */
const WITHIN_MS = 2_000;
const ROUNDS = 3;
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

/** Starts one that waits for the Lease, or has it where nobody else does, once it knows all that it needs. */
const join = async (user: string): Promise<OperatorProcess> => {
  const operator = startOperator(await operatorLogin(world.cp, user), [], FLAGS);
  operators.push(operator);
  await operator.line(operators.length === 1 ? 'became leader' : 'following');
  await operator.line('caches synced');
  return operator;
};

test('a Lease that is given back wakes who waits for it, however long it would have slept', async (t) => {
  const users = Array.from({ length: ROUNDS + 1 }, (_, nth) => `operator-${nth}`);
  const [first = '', ...others] = users;
  let old = { user: first, operator: await join(first) };
  const tookMs: number[] = [];
  for (const user of others) {
    const operator = await join(user);
    const since = world.auditSize();
    const claims = (who: string) =>
      world.writes(who, since).filter(({ what, code }) => what.includes('/leases') && code < 400);
    assert.equal(await old.operator.stop(), 0);
    await world.eventually('the Lease taken', async () => claims(user).length > 0);
    const released = claims(old.user).at(-1) ?? assert.fail('the Lease was not given back');
    tookMs.push(Date.parse(claims(user)[0]?.from ?? '') - Date.parse(released.to));
    old = { user, operator };
  }
  t.diagnostic(`taken ${tookMs.join(', ')} ms after it was given back`);
  assert.ok(Math.min(...tookMs) < WITHIN_MS, `taken ${tookMs.join(', ')} ms after it was given back`);
});
