import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import type { Target } from '../../../proxy/configuration/target.ts';
import { compileTable } from '../../../proxy/table/compile.ts';
import type { EndpointView } from '../../../proxy/table/endpoint-view.ts';
import { configurationFor } from '../configurations.ts';

/** `more` applies to every listener, or to every backend. */
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

test('a compiled table has times in milliseconds, and is sorted by name', () => {
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

test('a listener whose IPv4 address is written as IPv6 is bound to IPv4', () => {
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
    name: 'an unhealthy endpoint is inactive',
    targets: [target(1), target(2)],
    unhealthy: ['192.0.2.2:80'],
    used: [1],
    inactive: [2],
  },
  {
    name: 'an endpoint with weight 0 is inactive',
    targets: [target(1, 0), target(2)],
    used: [2],
    inactive: [1],
  },
  {
    name: 'if no endpoint is healthy, all are used except those with weight 0',
    targets: [target(1), target(2), target(3, 0)],
    unhealthy: ['192.0.2.1:80', '192.0.2.2:80', '192.0.2.3:80'],
    used: [1, 2],
    inactive: [3],
  },
  {
    name: 'an endpoint that is listed twice is used once',
    targets: [target(1), target(1)],
    used: [1],
    inactive: [],
  },
  { name: 'no endpoint is used if all have weight 0', targets: [target(1, 0)], used: [], inactive: [1] },
  { name: 'a backend without targets has no endpoints', targets: [], used: [], inactive: [] },
  {
    name: 'a backup is inactive while another endpoint is healthy',
    targets: [{ ...target(1), backup: true }, target(2)],
    used: [2],
    inactive: [1],
  },
  {
    name: 'a backup serves if no other endpoint is healthy, and the others are inactive',
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

test('a backend indicates if backups or unhealthy endpoints serve; one without endpoints indicates neither', () => {
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

test('an endpoint in slow start has its share of the weight, and an inactive one its full weight', () => {
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

test('an endpoint in slow start that a backup helps has its share, and the backup its full weight', () => {
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
  assert.equal(backends[1]?.backups, false, 'this is no exception to report');
});

for (const [onUnhealthy, closing] of [
  ['Keep', undefined],
  ['Close', ['192.0.2.2']],
] as const)
  test(`with drain.onUnhealthy ${onUnhealthy} connections of unhealthy endpoints are ${closing === undefined ? 'kept' : 'closed'}, but never in a panic`, () => {
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

test('in a panic an endpoint that is healthy again has no less weight than unhealthy ones', () => {
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

test('slow start does not affect weights if the algorithm hashes the client address', () => {
  const table = compileTable(snapshot([target(1), target(2)], { backend: { algorithm: 'Maglev' } }), {
    ...all,
    share: (_, key) => (key === '192.0.2.1:80' ? 0.1 : 1),
  });
  assert.deepEqual(
    table.backends[1]?.endpoints.map(({ weight }) => weight),
    [1, 1],
  );
});

test('the panic threshold is that of the resource', () => {
  const table = compileTable(
    snapshot([target(1), target(2), target(3)], { backend: { panicThresholdPercent: 50 } }),
    { ...all, isHealthy: (_, key) => key === '192.0.2.1:80' },
  );
  assert.equal(table.backends[1]?.panic, true);
});

test('a pod that is not ready or is terminating is inactive, not removed', () => {
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

test('the order of the targets does not affect the table', () => {
  const targets = [target(3), target(1, 5), target(2)];
  assert.deepEqual(compileTable(snapshot(targets), all), compileTable(snapshot([...targets].reverse()), all));
});
