import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  refused,
});
const portsOf = (table: Table) => table.backends[0]?.endpoints.map(({ port }) => port);
const servedBy = ({ state }: ReturnType<typeof createControl>) => state.served?.revision;
const turn = () => new Promise(setImmediate);

/** A control whose engine notes the tables and answers when told to. */
const bench = () => {
  const tables: Table[] = [];
  const answers: { resolve(findings: readonly ProxyFinding[]): void; reject(error: Error): void }[] = [];
  const told: string[] = [];
  const failures: unknown[] = [];
  const timers: (() => void)[] = [];
  const waits: number[] = [];
  let now = 0;
  const sick = new Set<string>();
  let asked = 0;
  const control = createControl({
    engine: {
      publish(table) {
        tables.push(table);
        return new Promise((resolve, reject) => answers.push({ resolve, reject }));
      },
    },
    view: {
      isHealthy(backend, endpoint) {
        asked += 1;
        return !sick.has(`${backend} ${endpoint}`);
      },
      share: () => 1,
    },
    now: () => now,
    after(ms, run) {
      waits.push(ms);
      timers.push(run);
    },
    onFailed: (error) => failures.push(error),
    onFindings(appeared, gone) {
      told.push(...appeared.map(({ message }) => `+${message}`), ...gone.map(({ message }) => `-${message}`));
    },
  });
  return {
    control,
    tables,
    told,
    failures,
    sick,
    /** How often the health of an endpoint was asked for. */
    asked: () => asked,
    /** How long was waited each time. */
    waits,
    passTime(ms = 0) {
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

test('a snapshot becomes a table, and its revision is served once the engine has adopted it', async () => {
  const { control, tables, adopt } = bench();
  control.take(input(snapshot('a', [1, 2])));
  assert.deepEqual(tables.map(portsOf), [[1, 2]]);
  assert.equal(servedBy(control), undefined);
  await adopt();
  assert.equal(servedBy(control), 'a');
});

test('while one table is being adopted, of all that follow only the newest is published', async () => {
  const { control, tables, adopt } = bench();
  for (const port of [1, 2, 3, 4]) control.take(input(snapshot(`r${port}`, [port])));
  assert.deepEqual(tables.map(portsOf), [[1]]);
  await adopt();
  await adopt();
  assert.deepEqual(tables.map(portsOf), [[1], [4]]);
  assert.equal(servedBy(control), 'r4');
});

test('input that makes the same table publishes nothing, but its revision is served', async () => {
  const { control, tables, adopt, passTime } = bench();
  control.take(input(snapshot('a', [1])));
  await adopt();
  control.take(input(snapshot('b', [1])));
  control.healthChanged();
  passTime();
  await turn();
  assert.equal(tables.length, 1);
  assert.equal(servedBy(control), 'b');
});

test('an endpoint that became unhealthy leaves the table, and comes back', async () => {
  const { control, tables, sick, adopt, passTime } = bench();
  control.take(input(snapshot('a', [1, 2])));
  await adopt();
  sick.add('web 192.0.2.1:2');
  control.healthChanged();
  passTime();
  await adopt();
  sick.clear();
  control.healthChanged();
  passTime();
  await adopt();
  assert.deepEqual(tables.map(portsOf), [[1, 2], [1], [1, 2]]);
});

test('a backend whose last endpoint became unhealthy keeps all of them, and that is told', async () => {
  const { control, tables, told, sick, adopt, passTime } = bench();
  control.take(input(snapshot('a', [1])));
  await adopt();
  sick.add('web 192.0.2.1:1');
  control.healthChanged();
  passTime();
  await turn();
  assert.deepEqual(
    tables.map((table) => [portsOf(table), table.backends[0]?.panic]),
    [
      [[1], false],
      [[1], true],
    ],
  );
  await adopt();
  assert.match(told[0] ?? '', /^\+backend "web" has no healthy endpoint, so all 1 are used/);
});

test('nothing is published before there is a snapshot, nor after the stop', async () => {
  const { control, tables, passTime } = bench();
  control.healthChanged();
  passTime();
  control.take(input(undefined, [{ code: 'SpecRefused', path: '', message: 'bad' }]));
  control.stop();
  control.take(input(snapshot('a', [1])));
  await turn();
  assert.equal(tables.length, 0);
});

test('findings are told when they appear and when they go, not at every input', async () => {
  const { control, told, adopt } = bench();
  const missing = {
    code: 'ServiceNotFound',
    path: 'spec.backends[0].service',
    message: 'missing',
  } as const;
  control.take(input(snapshot('a', [1], [missing])));
  await adopt([{ code: 'PortTaken', path: 'spec.listeners[0].port', message: 'taken' }]);
  control.take(input(snapshot('b', [1], [missing])));
  control.take(
    input(snapshot('b', [1], [missing]), [{ code: 'SpecRefused', path: 'spec', message: 'bad edit' }]),
  );
  assert.deepEqual(
    control.state.findings.map(({ message }) => message),
    ['bad edit', 'missing', 'taken'],
  );
  control.engineFindings([]);
  control.take(input(snapshot('c', [1])));
  assert.deepEqual(told, ['+missing', '+taken', '+bad edit', '-taken', '-bad edit', '-missing']);
});

test('refused input leaves the last good snapshot in service', async () => {
  const { control, tables, adopt } = bench();
  const good = snapshot('a', [1]);
  control.take(input(good));
  await adopt();
  control.take(input(good, [{ code: 'SpecRefused', path: 'spec', message: 'bad' }]));
  await turn();
  assert.equal(tables.length, 1);
  assert.equal(servedBy(control), 'a');
});

test('a table that the engine did not take is told and tried again', async () => {
  const { control, tables, failures, passTime, adopt, fail } = bench();
  control.take(input(snapshot('a', [1])));
  const error = new Error('no');
  await fail(error);
  assert.deepEqual(failures, [error]);
  assert.equal(servedBy(control), undefined);
  passTime();
  await adopt();
  assert.equal(tables.length, 2);
  assert.equal(servedBy(control), 'a');
});

test('a burst of changes of health is one table', async () => {
  const { control, tables, sick, adopt, asked, passTime } = bench();
  const ports = [1, 2, 3, 4];
  control.take(input(snapshot('a', ports)));
  await adopt();
  const once = asked();
  for (const port of ports.slice(1)) {
    sick.add(`web 192.0.2.1:${port}`);
    control.healthChanged();
    await turn();
  }
  assert.equal(asked(), once);
  passTime();
  await adopt();
  assert.deepEqual(tables.map(portsOf), [ports, [1]]);
  sick.clear();
  control.healthChanged();
  passTime();
  await adopt();
  assert.deepEqual(tables.map(portsOf).at(-1), ports);
});

test('tables for changes of health are a tenth of a second apart, however fast those come', async () => {
  const { control, adopt, passTime, waits } = bench();
  control.take(input(snapshot('a', [1, 2])));
  await adopt();
  control.healthChanged();
  passTime(5);
  for (let i = 0; i < 3; i++) {
    control.healthChanged();
    passTime(waits.at(-1));
  }
  passTime(1_000);
  control.healthChanged();
  assert.deepEqual(waits, [5, 100, 100, 100, 5]);
});

test('only findings of the engine about listeners are closed listeners; all name their place in the spec', async () => {
  const { control, adopt } = bench();
  control.take(input(snapshot('a', [1])));
  await adopt([
    { code: 'LimitReached', path: 'spec.backends[web]', message: 'too many endpoints' },
    { code: 'LimitReached', path: 'spec.backends', message: 'too many backends' },
  ]);
  assert.deepEqual(control.state.closedListeners, []);
  control.engineFindings([
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

test('findings name the places of the resource as it was written, also where some of it is left out', async () => {
  const { control, adopt, sick } = bench();
  const written = {
    listeners: new Map([['l', 'spec.listeners[1]']]),
    backends: new Map([['web', 'spec.backends[1]']]),
  };
  const one = snapshot('a', [1]);
  sick.add('web 192.0.2.1:1');
  control.take(input({ ...one, configuration: { ...one.configuration, written } }));
  await adopt([{ code: 'PortTaken', path: 'spec.listeners[l].port', message: 'is taken' }]);
  assert.deepEqual(
    control.state.findings.map(({ path }) => path),
    ['spec.backends[1]', 'spec.listeners[1].port'],
  );
});

test('what is refused changes the findings and nothing else: no table is made, and endpoints are followed on', async () => {
  const { control, adopt, tables, sick, passTime } = bench();
  control.take(input(snapshot('a', [1, 2])));
  await adopt();
  control.take(
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
  control.healthChanged();
  passTime(1_000);
  await adopt();
  assert.equal(tables.length, 2);
  assert.deepEqual(portsOf(tables[1] as Table), [1]);
  assert.equal(tables[1]?.listeners.length, 1);
});
