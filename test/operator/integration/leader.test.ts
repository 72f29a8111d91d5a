import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { API_VERSION, KIND } from '../../../crds/l4balancer.ts';
import { createWriter } from '../../../kube/apply.ts';
import type { FlakyProxy } from '../../kube/flaky-proxy.ts';
import { startProxyTo } from '../../kube/via-proxy.ts';
import { MINIMAL } from '../owner.ts';
import { BASIC, type OperatorProcess, startOperator } from './operator.ts';
import { LEASE_NAMESPACE, operatorLogin } from './rights.ts';
import { type AuditLine, startWorld, type TestWorld } from './world.ts';

const NAMESPACE = 'elected';
const FLAGS = [...BASIC, `--leader-elect-namespace=${LEASE_NAMESPACE}`];
/** Generous: the lease is 15 s long, and is looked at every 2.4 s at the latest. */
const TAKE_OVER_MS = 60_000;

/** An operator, who it is in the audit log, and the network between. */
interface Candidate {
  readonly user: string;
  readonly login: string;
  readonly proxy: FlakyProxy;
  operator: OperatorProcess;
}

let world: TestWorld;
let candidates: readonly Candidate[] = [];
let stopChurn = async (): Promise<void> => {};

const newCandidate = async (user: string): Promise<Candidate> => {
  const { proxy, kubeconfig } = await startProxyTo(world.cp, await operatorLogin(world.cp, user));
  return { user, login: kubeconfig, proxy, operator: startOperator(kubeconfig, [], FLAGS) };
};

/** A user who never stops changing a resource, so that whoever leads always has something to write. */
const startChurn = (): (() => Promise<void>) => {
  const user = createWriter(world.transport, 'user');
  let isOver = false;
  const churning = (async () => {
    for (let round = 0; !isOver; round++) {
      await user.apply({
        apiVersion: API_VERSION,
        kind: KIND,
        metadata: { name: `edge-${round % 3}`, namespace: NAMESPACE },
        spec: { ...MINIMAL, service: { annotations: { round: String(round) } } },
      });
      await sleep(50);
    }
  })();
  return async () => {
    isOver = true;
    await churning;
  };
};

const count = ({ operator }: Candidate, msg: string): number =>
  operator.log.filter((line) => line.msg === msg).length;
const leads = (one: Candidate): boolean =>
  one.operator.child.exitCode === null &&
  one.operator.child.signalCode === null &&
  count(one, 'leads') > count(one, 'leadership lost') + count(one, 'leadership given back');
const leader = (): Candidate => candidates.find(leads) ?? assert.fail('nobody leads');
/** Writes of the operator's work: all but those to the Lease, of which only one can succeed anyway. */
const work = ({ user }: Candidate, since: number): readonly AuditLine[] =>
  world.writes(user, since).filter(({ what }) => !what.includes('/leases'));

/** Waits until another leads and has written; gives back who, and after how many milliseconds it led. */
const takeOver = async (old: Candidate, since: number): Promise<readonly [Candidate, number]> => {
  const started = performance.now();
  let next: Candidate | undefined;
  const isNew = (one: Candidate) => one !== old && leads(one);
  while (next === undefined) {
    next = candidates.find(isNew);
    assert.ok(performance.now() - started < TAKE_OVER_MS, 'nobody took over');
    await sleep(10);
  }
  const tookMs = performance.now() - started;
  const writes = () => (next === undefined ? [] : work(next, since));
  await world.eventually('a write of the new leader', async () => writes().length > 0);
  return [next, tookMs];
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
  candidates = [
    await newCandidate('operator-a'),
    await newCandidate('operator-b'),
    await newCandidate('operator-c'),
  ];
  stopChurn = startChurn();
});

after(async () => {
  await stopChurn();
  for (const { operator, proxy } of candidates) {
    operator.child.kill('SIGCONT');
    await operator.stop('SIGKILL');
    await proxy.stop();
  }
  await world?.close();
});

describe('of three operators', () => {
  test('one works; the others are ready, and write nothing', async () => {
    await world.eventually('a leader', async () => candidates.some(leads));
    await world.eventually('a write', async () => work(leader(), 0).length > 20);
    assert.deepEqual(writers(0), [leader().user]);
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

  test('another works as soon as the leader is told to stop, and not before it has finished', async (t) => {
    const since = world.auditSize();
    const old = leader();
    const stopped = old.operator.stop();
    const [next, tookMs] = await takeOver(old, since);
    assert.equal(await stopped, 0);
    const elected = next.operator.log.findLast(({ msg }) => msg === 'leads');
    assert.equal(elected?.from, undefined, 'the Lease was given back, and not left to run out');
    await world.eventually('its last words', async () => count(old, 'leadership given back') === 1);
    assert.equal(writers(since).at(-1), next.user);
    assert.ok(writers(since).length <= 2, writers(since).join(' '));
    t.diagnostic(`took over ${Math.round(tookMs)} ms after SIGTERM`);
    old.operator = startOperator(old.login, [], FLAGS);
    await old.operator.line('follows');
  });

  test('another works when the leader is killed', async (t) => {
    const since = world.auditSize();
    const old = leader();
    await old.operator.stop('SIGKILL');
    const [next, tookMs] = await takeOver(old, since);
    assert.ok(writers(since).length <= 2, writers(since).join(' '));
    assert.equal(writers(since).at(-1), next.user);
    t.diagnostic(`took over ${Math.round(tookMs)} ms after SIGKILL`);
    old.operator = startOperator(old.login, [], FLAGS);
    await old.operator.line('follows');
  });

  test('a leader that stands still is replaced, and writes nothing at all when it goes on', async (t) => {
    const since = world.auditSize();
    const old = leader();
    const lost = count(old, 'leadership lost');
    const follows = count(old, 'follows');
    old.operator.child.kill('SIGSTOP');
    const [next, tookMs] = await takeOver(old, since);
    const stopped = world.auditSize();
    old.operator.child.kill('SIGCONT');
    await world.eventually('that it knows', async () => count(old, 'leadership lost') > lost);
    await world.eventually('that it follows', async () => count(old, 'follows') > follows);
    await world.eventually('more work', async () => work(next, stopped).length > 20);
    assert.deepEqual(world.writes(old.user, stopped), []);
    assert.ok(writers(since).length <= 2, writers(since).join(' '));
    t.diagnostic(`took over ${Math.round(tookMs)} ms after SIGSTOP`);
  });

  test('a leader that the network cuts off ceases before another begins, and nothing of it arrives later', async (t) => {
    const since = world.auditSize();
    const old = leader();
    const lost = count(old, 'leadership lost');
    const follows = count(old, 'follows');
    old.proxy.part();
    const [next, tookMs] = await takeOver(old, since);
    assert.ok(count(old, 'leadership lost') > lost, 'it ceased before');
    const healed = world.auditSize();
    old.proxy.heal();
    await world.eventually('that it follows', async () => count(old, 'follows') > follows);
    await world.eventually('more work', async () => work(next, healed).length > 20);
    assert.deepEqual(work(old, healed), []);
    assert.ok(writers(since).length <= 2, writers(since).join(' '));
    t.diagnostic(`took over ${Math.round(tookMs)} ms after the cut`);
  });
});
