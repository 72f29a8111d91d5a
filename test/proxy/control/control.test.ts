import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_SHARES } from '../../../proxy/configuration/listener-share.ts';
import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import { createControl } from '../../../proxy/control/control.ts';
import type { Table } from '../../../proxy/table/table.ts';
import type { ProxyFinding } from '../../../report/finding.ts';
import { configurationFor } from '../configurations.ts';

const snapshot = (
  revision: string,
  ports: readonly number[],
  findings: readonly ProxyFinding[] = [],
): Snapshot => ({
  revision,
  configuration: configurationFor({
    listeners: [{ name: 'l', port: 80, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 1 }] }],
  }),
  targets: new Map([
    ['web', ports.map((port) => ({ address: '192.0.2.1', port, weight: 1, backup: false }))],
  ]),
  findings,
});
const input = (of: Snapshot | undefined, refused: readonly ProxyFinding[] = []) => ({
  snapshot: of,
  shares: NO_SHARES,
  refused,
});
const portsOf = (table: Table) => table.backends[0]?.endpoints.map(({ port }) => port);
const servedBy = ({ state }: ReturnType<typeof createControl>) => state.served?.revision;
const turn = () => new Promise(setImmediate);

/** A control whose engine records the tables and answers when the test says so. */
const bench = () => {
  const tables: Table[] = [];
  const answers: { resolve(findings: readonly ProxyFinding[]): void; reject(error: Error): void }[] = [];
  const reported: string[] = [];
  const failures: unknown[] = [];
  const timers: (() => void)[] = [];
  const delays: number[] = [];
  let now = 0;
  const sick = new Set<string>();
  let queries = 0;
  const control = createControl({
    engine: {
      setShares() {},
      setTicketKeys() {},
      publish(table) {
        tables.push(table);
        return new Promise((resolve, reject) => answers.push({ resolve, reject }));
      },
    },
    view: {
      isHealthy(backend, endpoint) {
        queries += 1;
        return !sick.has(`${backend} ${endpoint}`);
      },
      share: () => 1,
    },
    now: () => now,
    after(ms, run) {
      delays.push(ms);
      timers.push(run);
    },
    onFailed: (error) => failures.push(error),
    onFindings(appeared, gone) {
      reported.push(
        ...appeared.map(({ message }) => `+${message}`),
        ...gone.map(({ message }) => `-${message}`),
      );
    },
  });
  return {
    control,
    tables,
    reported,
    failures,
    sick,
    /** How often the health of an endpoint was queried. */
    queries: () => queries,
    /** The delays of all timers. */
    delays,
    advance(ms = 0) {
      now += ms;
      for (const run of timers.splice(0)) run();
    },
    async adopt(findings: readonly ProxyFinding[] = []) {
      answers.shift()?.resolve(findings);
      await turn();
    },
    async fail(error: Error) {
      answers.shift()?.reject(error);
      await turn();
    },
  };
};

test('a snapshot becomes a table, and its revision counts as served once the engine has published it', async () => {
  const { control, tables, adopt } = bench();
  control.applyInput(input(snapshot('a', [1, 2])));
  assert.deepEqual(tables.map(portsOf), [[1, 2]]);
  assert.equal(servedBy(control), undefined);
  await adopt();
  assert.equal(servedBy(control), 'a');
});

test('while a table is being published, only the newest of the following ones is published next', async () => {
  const { control, tables, adopt } = bench();
  for (const port of [1, 2, 3, 4]) control.applyInput(input(snapshot(`r${port}`, [port])));
  assert.deepEqual(tables.map(portsOf), [[1]]);
  await adopt();
  await adopt();
  assert.deepEqual(tables.map(portsOf), [[1], [4]]);
  assert.equal(servedBy(control), 'r4');
});

test('input that compiles to the same table publishes nothing, but its revision counts as served', async () => {
  const { control, tables, adopt, advance } = bench();
  control.applyInput(input(snapshot('a', [1])));
  await adopt();
  control.applyInput(input(snapshot('b', [1])));
  control.onHealthChange();
  advance();
  await turn();
  assert.equal(tables.length, 1);
  assert.equal(servedBy(control), 'b');
});

test('an endpoint that becomes unhealthy leaves the table, and returns when it is healthy again', async () => {
  const { control, tables, sick, adopt, advance } = bench();
  control.applyInput(input(snapshot('a', [1, 2])));
  await adopt();
  sick.add('web 192.0.2.1:2');
  control.onHealthChange();
  advance();
  await adopt();
  sick.clear();
  control.onHealthChange();
  advance();
  await adopt();
  assert.deepEqual(tables.map(portsOf), [[1, 2], [1], [1, 2]]);
});

test('a backend whose last endpoint becomes unhealthy keeps all of them, and that is a finding', async () => {
  const { control, tables, reported, sick, adopt, advance } = bench();
  control.applyInput(input(snapshot('a', [1])));
  await adopt();
  sick.add('web 192.0.2.1:1');
  control.onHealthChange();
  advance();
  await turn();
  assert.deepEqual(
    tables.map((table) => [portsOf(table), table.backends[0]?.panic]),
    [
      [[1], false],
      [[1], true],
    ],
  );
  await adopt();
  assert.match(reported[0] ?? '', /^\+backend "web" has no healthy endpoint, so all 1 are used/);
});

test('nothing is published before the first snapshot or after the control is stopped', async () => {
  const { control, tables, advance } = bench();
  control.onHealthChange();
  advance();
  control.applyInput(input(undefined, [{ code: 'SpecRefused', path: '', message: 'bad' }]));
  control.stop();
  control.applyInput(input(snapshot('a', [1])));
  await turn();
  assert.equal(tables.length, 0);
});

test('findings are reported when they appear and when they are resolved, not at every input', async () => {
  const { control, reported, adopt } = bench();
  const missing = {
    code: 'ServiceNotFound',
    path: 'spec.backends[0].service',
    message: 'missing',
  } as const;
  control.applyInput(input(snapshot('a', [1], [missing])));
  await adopt([{ code: 'PortTaken', path: 'spec.listeners[0].port', message: 'taken' }]);
  control.applyInput(input(snapshot('b', [1], [missing])));
  control.applyInput(
    input(snapshot('b', [1], [missing]), [{ code: 'SpecRefused', path: 'spec', message: 'bad edit' }]),
  );
  assert.deepEqual(
    control.state.findings.map(({ message }) => message),
    ['bad edit', 'missing', 'taken'],
  );
  control.setEngineFindings([]);
  control.applyInput(input(snapshot('c', [1])));
  assert.deepEqual(reported, ['+missing', '+taken', '+bad edit', '-taken', '-bad edit', '-missing']);
});

test('the last valid snapshot stays in service when input is rejected', async () => {
  const { control, tables, adopt } = bench();
  const good = snapshot('a', [1]);
  control.applyInput(input(good));
  await adopt();
  control.applyInput(input(good, [{ code: 'SpecRefused', path: 'spec', message: 'bad' }]));
  await turn();
  assert.equal(tables.length, 1);
  assert.equal(servedBy(control), 'a');
});

test('a table that could not be published is reported and retried', async () => {
  const { control, tables, failures, advance, adopt, fail } = bench();
  control.applyInput(input(snapshot('a', [1])));
  const error = new Error('no');
  await fail(error);
  assert.deepEqual(failures, [error]);
  assert.equal(servedBy(control), undefined);
  advance();
  await adopt();
  assert.equal(tables.length, 2);
  assert.equal(servedBy(control), 'a');
});

test('a burst of health changes results in one table', async () => {
  const { control, tables, sick, adopt, queries, advance } = bench();
  const ports = [1, 2, 3, 4];
  control.applyInput(input(snapshot('a', ports)));
  await adopt();
  const once = queries();
  for (const port of ports.slice(1)) {
    sick.add(`web 192.0.2.1:${port}`);
    control.onHealthChange();
    await turn();
  }
  assert.equal(queries(), once);
  advance();
  await adopt();
  assert.deepEqual(tables.map(portsOf), [ports, [1]]);
  sick.clear();
  control.onHealthChange();
  advance();
  await adopt();
  assert.deepEqual(tables.map(portsOf).at(-1), ports);
});

test('tables for health changes are at least 100 ms apart, however often health changes', async () => {
  const { control, adopt, advance, delays } = bench();
  control.applyInput(input(snapshot('a', [1, 2])));
  await adopt();
  control.onHealthChange();
  advance(5);
  for (let i = 0; i < 3; i++) {
    control.onHealthChange();
    advance(delays.at(-1));
  }
  advance(1_000);
  control.onHealthChange();
  assert.deepEqual(delays, [5, 100, 100, 100, 5]);
});

test('closed listeners are only those findings of the engine that concern listeners, and all have a path in the spec', async () => {
  const { control, adopt } = bench();
  control.applyInput(input(snapshot('a', [1])));
  await adopt([
    { code: 'LimitReached', path: 'spec.backends[web]', message: 'too many endpoints' },
    { code: 'LimitReached', path: 'spec.backends', message: 'too many backends' },
  ]);
  assert.deepEqual(control.state.closedListeners, []);
  control.setEngineFindings([
    { code: 'LimitReached', path: 'spec.backends[web]', message: 'too many endpoints' },
    { code: 'PortTaken', path: 'spec.listeners[l].port', message: 'taken' },
  ]);
  assert.deepEqual(
    control.state.findings.map(({ path }) => path),
    ['spec.backends[0]', 'spec.listeners[0].port'],
  );
  assert.deepEqual(control.state.closedListeners, [
    { code: 'PortTaken', path: 'spec.listeners[0].port', message: 'taken' },
  ]);
});

test('a listener that cannot be opened counts as closed, whatever paths the source has', async () => {
  const { control, adopt } = bench();
  const one = snapshot('a', [1]);
  const written = { listeners: new Map([['l', '["8080"]']]), backends: new Map([['web', '["8080"]']]) };
  control.applyInput(input({ ...one, configuration: { ...one.configuration, written } }));
  await adopt([
    { code: 'PortTaken', path: 'spec.listeners[l].port', message: 'is taken' },
    { code: 'AddressInvalid', path: 'spec.backends[web]', message: 'is no address' },
  ]);
  assert.deepEqual(
    control.state.closedListeners.map(({ path }) => path),
    ['["8080"].port'],
  );
});

test('findings have the paths of the resource as written, even if parts of it are not served', async () => {
  const { control, adopt, sick } = bench();
  const written = {
    listeners: new Map([['l', 'spec.listeners[1]']]),
    backends: new Map([['web', 'spec.backends[1]']]),
  };
  const one = snapshot('a', [1]);
  sick.add('web 192.0.2.1:1');
  control.applyInput(input({ ...one, configuration: { ...one.configuration, written } }));
  await adopt([{ code: 'PortTaken', path: 'spec.listeners[l].port', message: 'is taken' }]);
  assert.deepEqual(
    control.state.findings.map(({ path }) => path),
    ['spec.backends[1]', 'spec.listeners[1].port'],
  );
});

test('rejected input changes only the findings: it publishes no table, and endpoints are still monitored', async () => {
  const { control, adopt, tables, sick, advance } = bench();
  control.applyInput(input(snapshot('a', [1, 2])));
  await adopt();
  control.applyInput(
    input(snapshot('a', [1, 2]), [{ code: 'SpecRefused', path: 'spec.listeners', message: 'is bad' }]),
  );
  await turn();
  assert.equal(tables.length, 1);
  assert.deepEqual([control.state.served?.revision, control.state.snapshot?.revision], ['a', 'a']);
  assert.deepEqual(
    control.state.findings.map(({ message }) => message),
    ['is bad'],
  );
  sick.add('web 192.0.2.1:2');
  control.onHealthChange();
  advance(1_000);
  await adopt();
  assert.equal(tables.length, 2);
  assert.deepEqual(portsOf(tables[1] as Table), [1]);
  assert.equal(tables[1]?.listeners.length, 1);
});
