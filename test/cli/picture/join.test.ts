import assert from 'node:assert/strict';
import { test } from 'node:test';
import { join } from '../../../cli/picture/join.ts';
import { balancer, endpoint, known, pod, reading } from '../known.ts';

/** On a machine that is busy with other tests; with the square it would be minutes. */
const FAR_TOO_LONG_MS = 20_000;

const endpointsOf = (...replicas: readonly (readonly object[])[]) =>
  join(known(Object.fromEntries(replicas.map((one, at) => [`p-${at}`, reading(one)])))).backends[0]
    ?.endpoints ?? [];

const BAD = { health: 'Unhealthy', used: false, reason: 'connection refused' };

const STATES: readonly {
  readonly name: string;
  readonly replicas: readonly object[];
  readonly state: string;
}[] = [
  { name: 'passes its checks everywhere', replicas: [{}, {}], state: 'Healthy' },
  { name: 'has no checks', replicas: [{ health: 'Unknown' }], state: 'Unchecked' },
  { name: 'fails its checks everywhere', replicas: [BAD, BAD], state: 'Out' },
  { name: 'fails its checks on one of two replicas', replicas: [BAD, {}], state: 'Mixed' },
  {
    name: 'is ejected everywhere',
    replicas: [{ health: 'Unknown', used: false, ejectedUntil: '2026-01-01T01:00:09Z' }],
    state: 'Out',
  },
  { name: 'is a backup that is not needed', replicas: [{ backup: true, used: false }], state: 'Idle' },
  { name: 'has weight 0', replicas: [{ weight: 0, used: false }], state: 'NoWeight' },
  { name: 'is in slow start', replicas: [{ share: 0.4 }], state: 'Warming' },
];

for (const { name, replicas, state } of STATES)
  test(`an endpoint that ${name} is ${state}`, () => {
    assert.equal(endpointsOf(...replicas.map((one) => [endpoint('10.0.0.1', one)]))[0]?.state, state);
  });

test('numbers of an endpoint are the sums over the replicas, and reasons are said once', () => {
  const [one] = endpointsOf(
    [endpoint('10.0.0.1', { ...BAD, open: 2, connections: 10, failures: 1 })],
    [endpoint('10.0.0.1', { ...BAD, open: 3, connections: 20, failures: 4 })],
  );
  assert.deepEqual([one?.open, one?.connections, one?.failures], [5, 30, 5]);
  assert.deepEqual([one?.knownBy, one?.usedBy], [2, 0]);
  assert.deepEqual(one?.reasons, ['connection refused']);
});

test('an endpoint is out until the last replica takes it back', () => {
  const until = (time: string) => ({ used: false, ejectedUntil: `2026-01-01T01:00:${time}Z` });
  const [one] = endpointsOf([endpoint('10.0.0.1', until('09'))], [endpoint('10.0.0.1', until('30'))]);
  assert.equal(one?.ejectedUntil, '2026-01-01T01:00:30Z');
});

test('endpoints that are out come first, and the others by address', () => {
  const found = endpointsOf([
    endpoint('10.0.0.10'),
    endpoint('10.0.0.9'),
    endpoint('fd00::1'),
    endpoint('10.0.0.11', BAD),
  ]);
  assert.deepEqual(
    found.map(({ address }) => address),
    ['10.0.0.11', '10.0.0.9', '10.0.0.10', 'fd00::1'],
  );
});

const listeners = (accepted: number, more: object = {}) => ({
  listeners: [{ name: 'web', port: 8080, backend: 'web', open: 7, accepted, closed: 0, ...more }],
});

test('rates follow from two reports of the same process', () => {
  const before = new Map([
    ['p-0', reading([], listeners(100), 0)],
    ['p-1', reading([], listeners(100), 0)],
  ]);
  const now = { 'p-0': reading([], listeners(120), 2000), 'p-1': reading([], listeners(110), 2000) };
  const { listeners: found, replicas } = join(known(now, { before }));
  assert.equal(found[0]?.newPerSecond, 15);
  assert.equal(found[0]?.open, 14);
  assert.equal(replicas[0]?.newPerSecond, 10);
});

test('a proxy that was asked once, or that has begun anew, has no rate', () => {
  const now = { p: reading([], { ...listeners(5), uptimeMs: 500 }, 2000) };
  assert.equal(join(known(now)).listeners[0]?.newPerSecond, undefined);
  const before = new Map([['p', reading([], listeners(100), 0)]]);
  assert.equal(join(known(now, { before })).listeners[0]?.newPerSecond, undefined);
});

test('the endpoints of a listener are those of the replica that has the fewest', () => {
  const counts = (ready: number) =>
    reading([], { backends: [{ name: 'web', counts: { endpoints: 3, ready }, endpoints: [] }] });
  const [web] = join(known({ a: counts(3), b: counts(1) })).listeners;
  assert.deepEqual([web?.usable, web?.endpoints], [1, 3]);
});

test('without a report, the endpoints of a listener are those that the operator wrote', () => {
  const written = balancer({
    listeners: [
      { name: 'web', port: 8080, protocol: 'TCP', backend: 'web', readyEndpoints: 2, endpoints: 5 },
    ],
  });
  const [web] = join(known({}, { balancer: written })).listeners;
  assert.deepEqual([web?.usable, web?.endpoints], [2, 5]);
});

test('a listener has the endpoints of all backends that its routes lead to, and each backend names it', () => {
  const routed = balancer(
    {},
    {
      listeners: [
        {
          name: 'tls',
          port: 8443,
          protocol: 'TCP',
          tls: {
            mode: 'Passthrough',
            routes: [
              { hostnames: ['*'], backend: 'a' },
              { hostnames: ['b.example'], backend: 'b' },
            ],
          },
        },
      ],
      backends: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    },
  );
  const counts = (name: string, ready: number) => ({ name, counts: { endpoints: 3, ready }, endpoints: [] });
  const report = reading([], { backends: [counts('a', 1), counts('b', 2), counts('c', 3)] });
  const { listeners: found, backends } = join(known({ p: report }, { balancer: routed }));
  assert.deepEqual([found[0]?.backends, found[0]?.usable, found[0]?.endpoints], [['a', 'b'], 3, 6]);
  assert.deepEqual(
    backends.map(({ usedBy }) => usedBy),
    [['tls'], ['tls'], []],
  );
});

test('a listener that is not in the spec any more is shown while it has connections', () => {
  const old = { name: 'old', port: 9000, backend: 'web', open: 1, accepted: 1, closed: 0, leaving: true };
  const found = join(known({ p: reading([], { listeners: [old] }) })).listeners;
  assert.deepEqual(
    found.map(({ name, leaving, port }) => [name, leaving, port]),
    [
      ['web', false, 8080],
      ['old', true, 9000],
    ],
  );
});

test('a finding is said once, with the number of replicas that report it', () => {
  const finding = { code: 'PortTaken', path: 'spec.listeners[0]', message: 'Taken.', listener: 'web' };
  const twice = reading([], { findings: [finding, finding] });
  const { findings } = join(known({ a: twice, b: twice, c: reading([]) }));
  assert.deepEqual(findings, [{ code: 'PortTaken', about: 'listener web', message: 'Taken.', replicas: 2 }]);
});

test('a replica says why it does not run, does not answer, or is not followed', () => {
  const waiting = { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } };
  const { replicas } = join(
    known(
      {
        silent: { kind: 'None', code: 'Unreachable', why: 'nothing listens there' },
        refused: { kind: 'None', code: 'NoRight', why: 'you may not' },
        blind: reading([], { source: { following: false, problem: 'the token is invalid' } }),
      },
      {
        pods: [
          pod('blind'),
          pod('pulling', { phase: 'Pending', conditions: [], containerStatuses: [waiting] }),
          pod('refused'),
          pod('silent'),
        ],
      },
    ),
  );
  assert.deepEqual(
    replicas.map((one) => [one.pod, one.state, one.why]),
    [
      ['blind', 'Ready', 'receives no changes: the token is invalid'],
      ['pulling', 'NotReady', 'ImagePullBackOff: no such image'],
      ['refused', 'Ready', ''],
      ['silent', 'Ready', 'nothing listens there'],
    ],
  );
});

test('the time to join endpoints does not grow with their square', () => {
  const many = Array.from({ length: 4096 }, (_, at) => endpoint(`10.0.${at >> 8}.${at & 255}`));
  const all = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, reading(many, {}, 1000)]));
  const before = new Map(Object.keys(all).map((name) => [name, reading(many)]));
  const began = performance.now();
  assert.equal(join(known(all, { before })).backends[0]?.endpoints.length, 4096);
  assert.ok(performance.now() - began < FAR_TOO_LONG_MS);
});
