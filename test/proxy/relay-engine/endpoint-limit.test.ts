import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec } from '../../../crds/l4balancer.ts';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { SLOTS } from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { Table, TableEndpoint } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { askOnce, dialClient } from '../relay/client.ts';
import { echo, greet, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

/** Endpoints on this machine, each with an address of its own in 127.0.0.0/8. */
const many = (count: number, port: number, from = 0): readonly TableEndpoint[] =>
  Array.from({ length: count }, (_, i) => ({
    address: `127.${1 + ((from + i) >> 16)}.${((from + i) >> 8) & 255}.${(from + i) & 255}`,
    port,
    weight: 1,
  }));

test('there is a slot for every endpoint that a manifest can list, so that whatever --check accepts is served', () => {
  const { backends } = spec.shape;
  const most = (array: unknown): number =>
    (array as { toJSONSchema(): { maxItems: number } }).toJSONSchema().maxItems;
  assert.ok(most(backends) * most(backends.unwrap().shape.endpoints) <= SLOTS.endpoints);
});

test('a proxy serves as many endpoints as it has slots, and reports how many more it cannot serve and why', async (t) => {
  const server = await startEndpoint(greet('hello'), '0.0.0.0');
  const [port] = (await freePorts(1)) as [number];
  const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
  t.after(async () => {
    await engine.close();
    await server.close();
  });
  const table = (extra: number): Table =>
    tableOf(
      [tableListener(port, { backend: 'huge' })],
      [
        tableBackend({ name: 'huge', algorithm: 'Maglev', endpoints: many(SLOTS.endpoints, server.port) }),
        tableBackend({ name: 'small', endpoints: many(extra, server.port) }),
      ],
    );
  assert.deepEqual(await engine.publish(table(0)), []);
  assert.equal(engine.stats().endpoints.length, SLOTS.endpoints);
  assert.equal(await askOnce(port), 'hello');
  const findings = await engine.publish(table(3));
  assert.equal(await askOnce(port), 'hello');
  assert.deepEqual(
    findings.map(({ code, backend, path }) => ({ code, backend, path })),
    [{ code: 'LimitReached', backend: 'small', path: 'spec.backends[small]' }],
    'endpoints that are already served keep their slots',
  );
  assert.match(
    findings[0]?.message ?? '',
    /^Serves none of 3 endpoints of backend "small", because this proxy supports 65536 endpoints at once/,
  );
});

test('slots held by removed endpoints are reported, and go to waiting endpoints once they are free', async (t) => {
  const server = await startEndpoint(echo, '0.0.0.0');
  const [port] = (await freePorts(1)) as [number];
  const events: EngineEvent[] = [];
  const engine = await startEngine({
    acceptors: 1,
    onEvent: (event) => events.push(event),
    countersKeptMs: 50,
  });
  t.after(async () => {
    await engine.close();
    await server.close();
  });
  const table = (endpoints: readonly TableEndpoint[]): Table =>
    tableOf([tableListener(port)], [tableBackend({ endpoints })]);
  await engine.publish(table(many(1, server.port)));
  const client = await dialClient(port);
  client.write('hello');
  await new Promise((resolve) => client.once('data', resolve));
  const [finding] = await engine.publish(table(many(SLOTS.endpoints, server.port, 1)));
  assert.match(finding?.message ?? '', /^Serves 65535 of 65536 endpoints of backend "b", .* removed/);
  client.destroy();
  await until(
    'no finding is left',
    () => events.some((event) => event.type === 'Findings' && event.findings.length === 0),
    { seen: () => events },
  );
  assert.equal(engine.stats().endpoints.length, SLOTS.endpoints);
});
