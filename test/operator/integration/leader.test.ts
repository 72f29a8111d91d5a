// Begins first: it waits for many Leases to run out.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, KIND } from '../../../crds/l4balancer.ts';
import { createWriter } from '../../../kube/apply.ts';
import { objectPath } from '../../../kube/paths.ts';
import { leaseRef } from '../../../operator/leader/lease.ts';
import { until } from '../../../tooling/wait/until.ts';
import { startRounds } from '../../beside.ts';
import type { FlakyProxy } from '../../kube/flaky-proxy.ts';
import { startProxyTo } from '../../kube/via-proxy.ts';
import { MINIMAL } from '../owner.ts';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { LEASE_NAMESPACE, operatorLogin } from './rights.ts';
import { type AuditLine, startWorld, type TestWorld } from './world.ts';

const NAMESPACE = 'elected';
const FLAGS = [...BASIC, `--leader-elect-namespace=${LEASE_NAMESPACE}`];
const LEASE = leaseRef({ namespace: LEASE_NAMESPACE, name: 'l4balancer-operator' });
/** When it is given up that anybody takes over, to say so; not what is promised. */
const GIVE_UP_MS = 60_000;
/**
 * For how long a Lease that is not renewed is respected, and within which time after its last renewal the next leader's first write is promised.
 * A bound is right here, although tests are not timed, since these times are the product's own timers and not its speed: 15 s, counted from
 * when the renewal was seen, up to 2.4 s late, and noticed up to 2.4 s later. So 20 s on a machine that is never busy; and all of it by the
 * API server's clock, not by when this test looks.
 */
const RESPECTED_MS = 15_000;
const PROMISED_MS = 30_000;

/** An operator, who it is in the audit log, and the network between. */
interface Candidate {
  readonly user: string;
  readonly login: string;
  readonly proxy: FlakyProxy;
  operator: OperatorProcess;
}

let world: TestWorld;
let candidates: readonly Candidate[] = [];

const newCandidate = async (user: string): Promise<Candidate> => {
  const { proxy, kubeconfig } = await startProxyTo(world.cp, await operatorLogin(world.cp, user));
  return { user, login: kubeconfig, proxy, operator: startOperator(kubeconfig, [], FLAGS) };
};

/** A user who never stops changing a resource, so that whoever leads always has something to write. */
const startChurn = (): (() => Promise<void>) => {
  const user = createWriter(world.transport, 'user');
  return startRounds(async (round) => {
    await user.apply({
      apiVersion: API_VERSION,
      kind: KIND,
      metadata: { name: `edge-${round % 3}`, namespace: NAMESPACE },
      spec: { ...MINIMAL, service: { annotations: { round: String(round) } } },
    });
    await sleep(150);
  });
};

const count = ({ operator }: Candidate, msg: string): number =>
  operator.log.filter((line) => line.msg === msg).length;
const leads = (one: Candidate): boolean =>
  one.operator.child.exitCode === null &&
  one.operator.child.signalCode === null &&
  count(one, 'became leader') > count(one, 'leadership lost') + count(one, 'leadership released');
const leader = (): Candidate => candidates.find(leads) ?? assert.fail('nobody leads');
/** Writes of the operator's work: all but those to the Lease, of which only one can succeed anyway. */
const work = ({ user }: Candidate, since: number): readonly AuditLine[] =>
  world.writes(user, since).filter(({ what }) => !what.includes('/leases'));

/** Claims of the Lease that succeeded. */
const claims = ({ user }: Candidate): readonly AuditLine[] =>
  world.writes(user).filter(({ what, code }) => what.includes('/leases') && code < 400);

/** Waits until another leads and has written; gives back who. */
const takeOver = async (old: Candidate, since: number): Promise<Candidate> => {
  const isNew = (one: Candidate) => one !== old && leads(one);
  const next = await until('another leads', () => candidates.find(isNew), {
    withinMs: GIVE_UP_MS,
    everyMs: 10,
  });
  await world.eventually('a write of the new leader', async () => work(next, since).length > 0);
  return next;
};

/** How long the Lease went without a claim from the old leader's last to the next one's first, and until that one's first write, by the API server's clock. */
const between = (old: Candidate, next: Candidate, since: number) => {
  const last = claims(old).at(-1) ?? assert.fail('the old leader never claimed the Lease');
  const first = claims(next).find(({ from }) => from > last.to) ?? assert.fail('the next never claimed it');
  const write =
    work(next, since).find(({ from }) => from > first.to) ?? assert.fail('the next wrote nothing');
  const ms = (line: AuditLine) => Date.parse(line.from) - Date.parse(last.from);
  return { untilClaimed: ms(first), untilWritten: ms(write) };
};

/** That a leader that said nothing was respected as long as is due, and not for much longer. */
const isReplacedInTime = (old: Candidate, next: Candidate, since: number): string => {
  const { untilClaimed, untilWritten } = between(old, next, since);
  const said = `claimed ${untilClaimed} ms and written ${untilWritten} ms after the last renewal`;
  assert.ok(untilClaimed >= RESPECTED_MS, said);
  assert.ok(untilWritten < PROMISED_MS, said);
  return said;
};

/** Who wrote, in the order of the audit log, each as long as nobody else did; and that no write began before another's had ended. */
const writers = (since: number): readonly string[] => {
  const all = candidates
    .flatMap((one) => work(one, since).map((line) => ({ ...line, user: one.user })))
    .sort((a, b) => (a.from < b.from ? -1 : 1));
  const runs: string[] = [];
  let last: (typeof all)[number] | undefined;
  for (const line of all) {
    if (last !== undefined && last.user !== line.user)
      assert.ok(line.from > last.to, `${line.user} wrote ${line.what} while ${last.user} wrote ${last.what}`);
    if (runs.at(-1) !== line.user) runs.push(line.user);
    if (last === undefined || last.user !== line.user || line.to > last.to) last = line;
  }
  return runs;
};

before(async () => {
  world = await startWorld();
  await world.cp.createNamespace(NAMESPACE);
});

after(() => world?.close());

for (const names of [
  ['a', 'b'],
  ['c', 'd', 'e'],
])
  describe(`of ${names.length} operators`, () => {
    let stopChurn = async (): Promise<void> => {};
    let begun = 0;

    before(async () => {
      begun = world.auditSize();
      candidates = [];
      for (const name of names) candidates = [...candidates, await newCandidate(`operator-${name}`)];
      stopChurn = startChurn();
    });

    after(async () => {
      await stopChurn();
      for (const { operator, proxy } of candidates) {
        operator.child.kill('SIGCONT');
        await operator.stop('SIGKILL');
        await proxy.stop();
      }
      // Else the next ones would wait until it runs out.
      await world.transport.request({ method: 'DELETE', path: objectPath(LEASE) });
    });

    test('one works; the others are ready, and write nothing', async () => {
      await world.eventually('a leader', async () => candidates.some(leads));
      await world.eventually('a write', async () => work(leader(), begun).length > 20);
      assert.deepEqual(writers(begun), [leader().user]);
      for (const one of candidates) {
        await one.operator.line('caches synced');
        const ready = await fetch(`${one.operator.url()}/readyz`);
        assert.equal(ready.status, 200, await ready.text());
        const isLeader = one === leader();
        assert.equal(await one.operator.metric('leader_election_master_status'), isLeader ? 1 : 0);
        if (!isLeader)
          assert.deepEqual(
            world.writes(one.user).filter(({ code }) => code < 400),
            [],
          );
      }
      const events = await world.kubectl('get', 'events.events.k8s.io', '-n', LEASE_NAMESPACE, '-o', 'yaml');
      assert.match(events, /note: .*became leader/);
    });

    test('another works as soon as the leader is told to stop, and not before it has finished', async () => {
      const since = world.auditSize();
      const old = leader();
      const stopped = old.operator.stop();
      const next = await takeOver(old, since);
      assert.equal(await stopped, 0);
      const elected = next.operator.log.findLast(({ msg }) => msg === 'became leader');
      assert.equal(elected?.from, undefined, 'the Lease was given back, and not left to run out');
      await world.eventually('its last words', async () => count(old, 'leadership released') === 1);
      assert.equal(writers(since).at(-1), next.user);
      assert.ok(writers(since).length <= 2, writers(since).join(' '));
      // Given back last of all, and taken after that: the audit log's order, and no time.
      const last = claims(old).at(-1) ?? assert.fail('it never claimed the Lease');
      assert.ok(
        work(old, since).every(({ to }) => to < last.from),
        'it wrote after it had given the Lease back',
      );
      assert.ok(
        work(next, since).every(({ from }) => from > last.from),
        'the next wrote before',
      );
      old.operator = startOperator(old.login, [], FLAGS);
      await old.operator.line('following');
    });

    test('another works when the leader is killed', async (t) => {
      const since = world.auditSize();
      const old = leader();
      await old.operator.stop('SIGKILL');
      const next = await takeOver(old, since);
      assert.ok(writers(since).length <= 2, writers(since).join(' '));
      assert.equal(writers(since).at(-1), next.user);
      t.diagnostic(isReplacedInTime(old, next, since));
      old.operator = startOperator(old.login, [], FLAGS);
      await old.operator.line('following');
    });

    test('a Lease that somebody deletes changes nothing: only its holder makes it again', async () => {
      const since = world.auditSize();
      const old = leader();
      const lost = count(old, 'leadership lost');
      await world.transport.request({ method: 'DELETE', path: objectPath(LEASE) });
      await world.eventually('the Lease', async () =>
        Boolean(await world.get('coordination.k8s.io/v1', 'Lease', LEASE_NAMESPACE, 'l4balancer-operator')),
      );
      const made = world.auditSize();
      await world.eventually('more work', async () => work(leader(), made).length > 20);
      assert.deepEqual(writers(since), [old.user]);
      assert.equal(count(old, 'leadership lost'), lost);
      for (const one of candidates)
        if (one !== old) assert.deepEqual(world.writes(one.user, since), [], 'it tried to take the Lease');
    });

    test('a leader that stands still is replaced, and writes nothing at all when it goes on', async (t) => {
      const since = world.auditSize();
      const old = leader();
      const lost = count(old, 'leadership lost');
      const follows = count(old, 'following');
      old.operator.child.kill('SIGSTOP');
      const next = await takeOver(old, since);
      const stopped = world.auditSize();
      old.operator.child.kill('SIGCONT');
      await world.eventually('that it knows', async () => count(old, 'leadership lost') > lost);
      await world.eventually('that it follows', async () => count(old, 'following') > follows);
      await world.eventually('more work', async () => work(next, stopped).length > 20);
      assert.deepEqual(world.writes(old.user, stopped), []);
      assert.ok(writers(since).length <= 2, writers(since).join(' '));
      t.diagnostic(isReplacedInTime(old, next, since));
    });

    test('a leader that the network cuts off ceases before another begins, and nothing of it arrives later', async (t) => {
      const since = world.auditSize();
      const old = leader();
      const lost = count(old, 'leadership lost');
      const follows = count(old, 'following');
      old.proxy.partition();
      const next = await takeOver(old, since);
      assert.ok(count(old, 'leadership lost') > lost, 'it ceased before');
      const healed = world.auditSize();
      old.proxy.heal();
      await world.eventually('that it follows', async () => count(old, 'following') > follows);
      await world.eventually('more work', async () => work(next, healed).length > 20);
      assert.deepEqual(work(old, healed), []);
      assert.ok(writers(since).length <= 2, writers(since).join(' '));
      t.diagnostic(isReplacedInTime(old, next, since));
    });
  });
