import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import type { Target } from '../../../proxy/configuration/target.ts';
import { compileTable } from '../../../proxy/table/compile.ts';
import type { EndpointView } from '../../../proxy/table/endpoint-view.ts';
import { configurationFor } from '../configurations.ts';

/** `more` is of every listener, or of every backend. */
const snapshot = (
  targets: readonly Target[],
  more: { readonly listener?: object; readonly backend?: object } = {},
): Snapshot => ({
  revision: 'test',
  configuration: configurationFor({
    listeners: [
      { name: 'z', port: 2, backend: 'b', timeouts: { idle: '1m' }, ...more.listener },
      { name: 'a', port: 1, backend: 'b', ...more.listener },
    ],
    backends: [
      {
        name: 'b',
        service: { name: 's', port: 1 },
        connect: { timeout: '1500ms', retries: 1 },
        ...more.backend,
      },
      { name: 'a', service: { name: 'none', port: 1 }, algorithm: 'LeastConnections', ...more.backend },
    ],
  }),
  targets: new Map([['b', targets]]),
  findings: [],
});

const target = (last: number, weight = 1): Target => ({
  address: `192.0.2.${last}`,
  port: 80,
  weight,
  backup: false,
});
const all: EndpointView = { isHealthy: () => true, share: () => 1 };

test('times become milliseconds, and everything is sorted by name', () => {
  const { listeners, backends } = compileTable(snapshot([]), all);
  assert.deepEqual(
    listeners.map(({ name, policy }) => [name, policy.idleMs]),
    [
      ['a', 3_600_000],
      ['z', 60_000],
    ],
  );
  assert.deepEqual(
    backends.map(({ name, policy }) => [name, policy.algorithm, policy.connectMs, policy.retries]),
    [
      ['a', 'LeastConnections', 5000, 2],
      ['b', 'RoundRobin', 1500, 1],
    ],
  );
});

test('IPv4 written as IPv6 is bound as IPv4', () => {
  const table = compileTable(snapshot([], { listener: { address: '::ffff:192.0.2.1' } }), all);
  assert.deepEqual(
    table.listeners.map(({ address }) => address),
    ['192.0.2.1', '192.0.2.1'],
  );
});

const cases: readonly {
  readonly name: string;
  readonly targets: readonly Target[];
  readonly unhealthy?: readonly string[];
  readonly used: readonly number[];
  readonly inactive: readonly number[];
}[] = [
  { name: 'healthy endpoints are used', targets: [target(2), target(1)], used: [1, 2], inactive: [] },
  {
    name: 'an unhealthy one rests',
    targets: [target(1), target(2)],
    unhealthy: ['192.0.2.2:80'],
    used: [1],
    inactive: [2],
  },
  { name: 'weight 0 rests', targets: [target(1, 0), target(2)], used: [2], inactive: [1] },
  {
    name: 'when none is healthy all are used but those of weight 0',
    targets: [target(1), target(2), target(3, 0)],
    unhealthy: ['192.0.2.1:80', '192.0.2.2:80', '192.0.2.3:80'],
    used: [1, 2],
    inactive: [3],
  },
  { name: 'an endpoint named twice is used once', targets: [target(1), target(1)], used: [1], inactive: [] },
  { name: 'only weight 0 leaves nothing to use', targets: [target(1, 0)], used: [], inactive: [1] },
  { name: 'no targets leave nothing', targets: [], used: [], inactive: [] },
  {
    name: 'a backup rests while another is healthy',
    targets: [{ ...target(1), backup: true }, target(2)],
    used: [2],
    inactive: [1],
  },
  {
    name: 'a backup serves when no other is healthy, and the others rest',
    targets: [{ ...target(1), backup: true }, target(2)],
    unhealthy: ['192.0.2.2:80'],
    used: [1],
    inactive: [2],
  },
];

for (const { name, targets, unhealthy = [], used, inactive } of cases)
  test(name, () => {
    const { backends } = compileTable(snapshot(targets), {
      ...all,
      isHealthy: (_, key) => !unhealthy.includes(key),
    });
    const last = (endpoints: readonly { readonly address: string }[] = []): number[] =>
      endpoints.map(({ address }) => Number(address.split('.')[3]));
    assert.deepEqual(last(backends[1]?.endpoints), used);
    assert.deepEqual(last(backends[1]?.inactive), inactive);
  });

test('a backend says that backups serve, and that unhealthy endpoints do; one without endpoints says neither', () => {
  const sick: EndpointView = { ...all, isHealthy: () => false };
  const says = (targets: readonly Target[], view: EndpointView) => {
    const [, found] = compileTable(snapshot(targets), view).backends;
    return { panic: found?.panic, backups: found?.backups };
  };
  assert.deepEqual(says([target(1)], sick), { panic: true, backups: false });
  assert.deepEqual(says([], sick), { panic: false, backups: false });
  const backup = { ...target(2), backup: true };
  const firstSick: EndpointView = { ...all, isHealthy: (_, key) => key !== '192.0.2.1:80' };
  assert.deepEqual(says([target(1), backup], firstSick), { panic: false, backups: true });
});

test('an endpoint that starts slowly has its share of the weight; a inactive one the weight that it was given', () => {
  const { backends } = compileTable(snapshot([target(1, 4), target(2, 4), target(3, 4)]), {
    isHealthy: (_, key) => key !== '192.0.2.3:80',
    share: (backend, key) => (backend === 'b' && key === '192.0.2.2:80' ? 0.25 : 1),
  });
  assert.deepEqual(
    backends[1]?.endpoints.map(({ weight }) => weight),
    [4, 1],
  );
  assert.deepEqual(
    backends[1]?.inactive.map(({ weight }) => weight),
    [4],
  );
});

test('an endpoint that starts slowly beside a backup has its share, and the backup the rest', () => {
  const backup = { ...target(2), backup: true };
  const view: EndpointView = { ...all, share: (_, key) => (key === '192.0.2.1:80' ? 0.25 : 1) };
  const { backends } = compileTable(snapshot([target(1), backup]), view);
  assert.deepEqual(
    backends[1]?.endpoints.map(({ address, weight }) => [address, weight]),
    [
      ['192.0.2.1', 1],
      ['192.0.2.2', 4],
    ],
  );
  assert.equal(backends[1]?.backups, false, 'nothing is wrong');
});

for (const [onUnhealthy, closing] of [
  ['Keep', undefined],
  ['Close', ['192.0.2.2']],
] as const)
  test(`with drain.onUnhealthy ${onUnhealthy} ${closing === undefined ? 'no' : 'the'} unhealthy endpoint has its connections closed, and in a panic none has`, () => {
    const given = snapshot([target(1), target(2), target(3, 0)], { backend: { drain: { onUnhealthy } } });
    const closingOf = (...unhealthy: readonly string[]) =>
      compileTable(given, {
        ...all,
        isHealthy: (_, key) => !unhealthy.includes(key),
      }).backends[1]?.closing?.map(({ address }) => address);
    assert.deepEqual(closingOf('192.0.2.2:80'), closing);
    assert.equal(closingOf(), undefined);
    assert.equal(closingOf('192.0.2.1:80', '192.0.2.2:80'), undefined);
  });

test('in a panic an endpoint that came back has no less than those known to be bad', () => {
  const table = compileTable(
    snapshot([target(1), target(2), target(3)], { backend: { panicThresholdPercent: 50 } }),
    {
      isHealthy: (_, key) => key === '192.0.2.1:80',
      share: (_, key) => (key === '192.0.2.1:80' ? 0.1 : 1),
    },
  );
  assert.deepEqual(
    table.backends[1]?.endpoints.map(({ weight }) => weight),
    [1, 1, 1],
  );
});

test('an algorithm that hashes gives the full weight at once', () => {
  const table = compileTable(snapshot([target(1), target(2)], { backend: { algorithm: 'Maglev' } }), {
    ...all,
    share: (_, key) => (key === '192.0.2.1:80' ? 0.1 : 1),
  });
  assert.deepEqual(
    table.backends[1]?.endpoints.map(({ weight }) => weight),
    [1, 1],
  );
});

test('the threshold of a panic is the one of the resource', () => {
  const table = compileTable(
    snapshot([target(1), target(2), target(3)], { backend: { panicThresholdPercent: 50 } }),
    { ...all, isHealthy: (_, key) => key === '192.0.2.1:80' },
  );
  assert.equal(table.backends[1]?.panic, true);
});

test('a pod that is not ready or terminates rests: its connections are not those of one that has gone', () => {
  const { backends } = compileTable(
    { ...snapshot([target(2)]), leaving: new Map([['b', [target(1), target(3)]]]) },
    all,
  );
  assert.deepEqual(
    backends[1]?.endpoints.map(({ address }) => address),
    ['192.0.2.2'],
  );
  assert.deepEqual(
    backends[1]?.inactive.map(({ address, weight }) => [address, weight]),
    [
      ['192.0.2.1', 0],
      ['192.0.2.3', 0],
    ],
  );
});

test('the order of the targets changes nothing', () => {
  const targets = [target(3), target(1, 5), target(2)];
  assert.deepEqual(compileTable(snapshot(targets), all), compileTable(snapshot([...targets].reverse()), all));
});
