import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { LEASE_NAMESPACE, operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

/** Interval between two checks of the Lease: a follower that takes it sooner has been woken. */
const RETRY_MS = 60_000;
/** The guarantee. On a busy machine, some of the rounds may take longer. */
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

/** Starts an operator, and waits until it leads or follows and its caches are synced. */
const join = async (user: string): Promise<OperatorProcess> => {
  const operator = startOperator(await operatorLogin(world.cp, user), [], FLAGS);
  operators.push(operator);
  await operator.line(operators.length === 1 ? 'became leader' : 'following');
  await operator.line('caches synced');
  return operator;
};

test('releasing the Lease wakes a follower at once, however long its retry period', async (t) => {
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
    await world.eventually('the Lease to be acquired', async () => claims(user).length > 0);
    const released = claims(old.user).at(-1) ?? assert.fail('the Lease was not released');
    tookMs.push(Date.parse(claims(user)[0]?.from ?? '') - Date.parse(released.to));
    old = { user, operator };
  }
  t.diagnostic(`acquired ${tookMs.join(', ')} ms after it was released`);
  assert.ok(Math.min(...tookMs) < WITHIN_MS, `acquired ${tookMs.join(', ')} ms after it was released`);
});
