import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Election, startElection, type Term } from '../../../operator/leader/election.ts';
import type { Fence } from '../../../operator/leader/fenced-transport.ts';
import { holderOf, type Lease } from '../../../operator/leader/lease.ts';
import type { LeaseClient } from '../../../operator/leader/lease-client.ts';
import { ManualClock, settled } from '../manual-clock.ts';

/** On the simulated clock: within a few Lease durations a leader is elected. */
const MOST_MS = 120_000;
const TIMING = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 };

/** A Lease as the API server stores it, and a network to it that can be cut. */
const shared = () => {
  let lease: Lease | undefined;
  let version = 0;
  const server = {
    clock: new ManualClock(),
    get lease() {
      return lease;
    },
    cut: new Set<string>(),
    remove: () => {
      lease = undefined;
    },
    client: (identity: string): LeaseClient => {
      const reach = () => {
        if (server.cut.has(identity)) throw new Error('the network is cut');
      };
      return {
        async read() {
          reach();
          return lease;
        },
        async claim(claim) {
          reach();
          if (claim.resourceVersion !== lease?.metadata.resourceVersion) return undefined;
          version += 1;
          lease = {
            metadata: { name: 'l', namespace: 'n', resourceVersion: String(version) },
            spec: {
              ...(claim.holder === undefined ? {} : { holderIdentity: claim.holder }),
              leaseDurationSeconds: claim.durationMs / 1000,
              leaseTransitions: claim.transitions,
            },
          };
          return lease;
        },
      };
    },
  };
  return server;
};

type Server = ReturnType<typeof shared>;

const candidate = (server: Server, identity: string, finish: () => Promise<void> = async () => {}) => {
  const events: string[] = [];
  const fences: Fence[] = [];
  /** When the leader was last known. */
  const reached: number[] = [];
  const election: Election = startElection(
    {
      client: () => server.client(identity),
      identity,
      timing: TIMING,
      clock: server.clock,
      wallClock: () => new Date(0),
      random: () => 0,
      begin(fence): Term {
        events.push('begin');
        fences.push(fence);
        return {
          async finish() {
            await finish();
            events.push('finished');
          },
          async abandon() {
            events.push('abandoned');
          },
        };
      },
      onEvent: (event) => {
        if (event.kind === 'Reached') reached.push(server.clock.now());
        else if (event.kind !== 'Failed')
          events.push('why' in event ? `${event.kind} ${event.why}` : event.kind);
      },
    },
    (error) => assert.fail(String(error)),
  );
  return { events, fences, reached, election, leftMs: () => fences.at(-1)?.leftMs() ?? 0 };
};

/** Advances time in steps of a retry, so that each replica gets its turn. */
const pass = async (server: Server, ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 500) {
    await server.clock.pass(500);
    for (let turn = 0; turn < 5; turn++) await settled();
  }
};

test('the first replica creates the Lease and leads, and the second waits as long as the Lease is renewed', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 500);
  const b = candidate(server, 'b');
  await pass(server, 120_000);
  assert.equal(holderOf(server.lease), 'a');
  assert.deepEqual([a.events, b.events], [['begin', 'Elected'], ['Following']]);
  assert.ok(a.leftMs() > 7_000, `${a.leftMs()} ms left`);
});

test('a leader that is cut off stops writing well before another one leads, and follows when it is connected again', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 500);
  const b = candidate(server, 'b');
  await pass(server, 4_000);
  server.cut.add('a');
  let closedFor = 0;
  for (let passed = 0; !b.events.includes('Elected'); passed += 500) {
    assert.ok(passed < MOST_MS, `within ${MOST_MS} ms of their clock nobody was elected: ${b.events}`);
    await pass(server, 500);
    if (a.leftMs() <= 0) closedFor += 500;
    assert.ok(!(a.leftMs() > 0 && b.leftMs() > 0), 'both may write');
  }
  assert.ok(closedFor >= TIMING.leaseMs - TIMING.renewMs - TIMING.retryMs, `${closedFor} ms between`);
  assert.deepEqual(a.events, ['begin', 'Elected', 'Lost NotRenewed', 'abandoned']);
  server.cut.delete('a');
  await pass(server, 10_000);
  assert.equal(a.events.at(-1), 'Following');
  assert.equal(server.lease?.spec?.leaseTransitions, 1);
});

test('a leader that was suspended beyond its deadline does not renew afterwards, but competes for the Lease again', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 4_000);
  const [fence] = a.fences;
  assert.ok(fence !== undefined && fence.leftMs() > 0);
  await server.clock.pass(20_000); // in one step, so all its timers are late
  assert.ok(fence.leftMs() <= 0);
  await pass(server, 4_000);
  assert.ok(fence.leftMs() <= 0, 'in any case this term is over');
  assert.deepEqual(a.events, ['begin', 'Elected', 'Lost NotRenewed', 'abandoned', 'begin', 'Elected']);
});

test('a leader that is cut off for a moment leads again, in a new term, if nobody took the Lease', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 4_000);
  server.cut.add('a');
  await pass(server, 12_000);
  server.cut.delete('a');
  await pass(server, 4_000);
  assert.deepEqual(a.events, ['begin', 'Elected', 'Lost NotRenewed', 'abandoned', 'begin', 'Elected']);
});

test('a leader that is stopped finishes its work and releases the Lease, and the other leads as soon as it is woken', async () => {
  const server = shared();
  const finishing = Promise.withResolvers<void>();
  const a = candidate(server, 'a', () => finishing.promise);
  await pass(server, 500);
  const b = candidate(server, 'b');
  await pass(server, 4_000);
  const stopped = a.election.stop();
  await pass(server, 60_000);
  assert.equal(holderOf(server.lease), 'a', 'it is renewed while the work goes on');
  finishing.resolve();
  await stopped;
  assert.equal(holderOf(server.lease), undefined);
  assert.deepEqual(a.events, ['begin', 'Elected', 'finished', 'Released']);
  b.election.wake();
  for (let turn = 0; turn < 10; turn++) await settled();
  assert.equal(holderOf(server.lease), 'b');
});

test('a follower that is stopped does not touch the Lease', async () => {
  const server = shared();
  candidate(server, 'a');
  await pass(server, 500);
  const b = candidate(server, 'b');
  await pass(server, 4_000);
  await b.election.stop();
  assert.equal(holderOf(server.lease), 'a');
  assert.deepEqual(b.events, ['Following']);
});

test('a deleted Lease is recreated by its holder', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 4_000);
  server.remove();
  await pass(server, 4_000);
  assert.equal(holderOf(server.lease), 'a');
  assert.deepEqual(a.events, ['begin', 'Elected']);
});

test('a deleted Lease is not recreated by a follower that notices first, while its holder may still write', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 500);
  const b = candidate(server, 'b');
  await pass(server, 4_000);
  server.remove();
  b.election.wake();
  for (let turn = 0; turn < 10; turn++) await settled();
  assert.equal(holderOf(server.lease), undefined);
  await pass(server, 4_000);
  assert.equal(holderOf(server.lease), 'a');
  assert.deepEqual([a.events, b.events], [['begin', 'Elected'], ['Following']]);

  server.cut.add('a');
  server.remove();
  b.election.wake();
  for (let passed = 0; !b.events.includes('Elected'); passed += 500) {
    assert.ok(passed < MOST_MS, `within ${MOST_MS} ms of their clock nobody was elected: ${b.events}`);
    await pass(server, 500);
    assert.ok(!(a.leftMs() > 0 && b.leftMs() > 0), 'both may write');
  }
  assert.equal(a.events.at(-1), 'abandoned');
});

test('both leader and follower report that they can reach the Lease while they can', async () => {
  const server = shared();
  const a = candidate(server, 'a');
  await pass(server, 500);
  const b = candidate(server, 'b');
  await pass(server, 60_000);
  for (const one of [a, b]) assert.ok(server.clock.now() - (one.reached.at(-1) ?? 0) <= TIMING.retryMs);
  const cutAt = server.clock.now();
  for (const name of ['a', 'b']) server.cut.add(name);
  await pass(server, 30_000);
  for (const one of [a, b]) assert.ok((one.reached.at(-1) ?? 0) <= cutAt);
  server.cut.clear();
  await pass(server, 30_000);
  for (const one of [a, b]) assert.ok(server.clock.now() - (one.reached.at(-1) ?? 0) <= TIMING.retryMs);
});
