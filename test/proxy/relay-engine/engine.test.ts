import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../proxy/engine/engine.ts';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { Table, TableBackend } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { askOnce } from '../relay/client.ts';
import { type EndpointServer, greet, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

let engine: Engine;
let endpoint: EndpointServer;
let ports: number[];
const events: EngineEvent[] = [];

const backend = (addresses: readonly string[] = ['127.0.0.1']): TableBackend =>
  tableBackend({
    retries: 1,
    endpoints: addresses.map((address) => ({ address, port: endpoint.port, weight: 1 })),
  });
const table = (listeners: readonly (readonly [string, number])[], one = backend()): Table =>
  tableOf(
    listeners.map(([name, port]) => tableListener(port, { name })),
    [one],
  );

before(async () => {
  endpoint = await startEndpoint(greet('hello'));
  ports = await freePorts(3);
  engine = await startEngine({ acceptors: 3, onEvent: (event) => events.push(event) });
});

after(async () => {
  await engine.close();
  await endpoint.close();
});

test('a table is served by every acceptor once publish has resolved', async () => {
  assert.deepEqual(await engine.publish(table([['a', ports[0] as number]])), []);
  const { version, acceptors } = engine.stats();
  assert.deepEqual(
    acceptors.map((acceptor) => acceptor.version),
    [version, version, version],
  );
  assert.equal(await askOnce(ports[0] as number), 'hello');
});

test('a port that is taken is one finding, the rest serves, and it is served when it is free', async () => {
  const taken: Server = createServer().listen(ports[1], '127.0.0.1');
  await once(taken, 'listening');
  const findings = await engine.publish(
    table([
      ['a', ports[0] as number],
      ['b', ports[1] as number],
    ]),
  );
  assert.equal(findings.length, 1);
  assert.equal(findings[0]?.path, 'spec.listeners[b].port');
  assert.deepEqual([findings[0]?.code, findings[0]?.listener], ['PortTaken', 'b']);
  assert.match(findings[0]?.message ?? '', new RegExp(`port ${ports[1]}: another process`));
  assert.equal(await askOnce(ports[0] as number), 'hello');
  await new Promise((resolve) => taken.close(resolve));
  await until(
    'no finding is left',
    () => events.some((event) => event.type === 'Findings' && event.findings.length === 0),
    { seen: () => events },
  );
  assert.equal(await askOnce(ports[1] as number), 'hello');
});

test('an address that is none is left out and said; it takes nobody down', async () => {
  const findings = await engine.publish(
    table([['a', ports[0] as number]], backend(['nonsense', '127.0.0.1'])),
  );
  assert.match(findings[0]?.message ?? '', /"nonsense" is left out/);
  assert.deepEqual([findings[0]?.code, findings[0]?.backend], ['AddressInvalid', 'b']);
  for (let i = 0; i < 4; i++) assert.equal(await askOnce(ports[0] as number), 'hello');
  assert.ok(!events.some(({ type }) => type === 'AcceptorDied'));
});

test('many tables published at once are served in order, the last one last', async () => {
  const publications = Array.from({ length: 30 }, (_, i) =>
    engine.publish(table([[`l${i % 2}`, ports[i % 3] as number]])),
  );
  await Promise.all(publications);
  assert.equal(await askOnce(ports[29 % 3] as number), 'hello');
  await assert.rejects(askOnce(ports[0] as number), { code: 'ECONNREFUSED' });
});

test('when it stops accepting, the table that is being published stays what is served', async () => {
  const named = (name: string): Table =>
    tableOf([tableListener(ports[0] as number, { name: 'a', backend: name })], [{ ...backend(), name }]);
  await engine.publish(named('old'));
  const newest = engine.publish(named('new'));
  await Promise.all([newest, engine.stopAccepting()]);
  // Those of the table come first, then those that have gone.
  assert.equal(engine.stats().backends[0]?.name, 'new');
});

test('counters of what stays in the table outlive a change of the table', async () => {
  await engine.publish(table([['kept', ports[0] as number]]));
  await askOnce(ports[0] as number);
  const before = engine.stats().listeners[0]?.acceptedTotal;
  await engine.publish(
    table([
      ['extra', ports[1] as number],
      ['kept', ports[0] as number],
    ]),
  );
  const kept = engine.stats().listeners.find(({ name }) => name === 'kept');
  assert.equal(kept?.acceptedTotal, before);
  assert.equal(before, 1);
});

test('when it stops accepting, what is open goes on and new clients are refused', async () => {
  const slow = await startEndpoint((socket) => socket.on('data', (data) => socket.end(data)));
  await engine.publish(
    table([['slow', ports[2] as number]], {
      ...backend(),
      endpoints: [{ address: '127.0.0.1', port: slow.port, weight: 1 }],
    }),
  );
  const open = connect(ports[2] as number, '127.0.0.1');
  await once(open, 'connect');
  await until('the endpoint has it', () => slow.accepted() > 0, { seen: () => engine.stats() });
  await engine.stopAccepting();
  await assert.rejects(askOnce(ports[2] as number), { code: 'ECONNREFUSED' });
  const drained = engine.drained(AbortSignal.timeout(10_000));
  open.write('late');
  const [answer] = (await once(open, 'data')) as [Buffer];
  assert.equal(answer.toString(), 'late');
  open.end();
  await drained;
  assert.equal(
    engine.stats().acceptors.reduce((sum, { openConnections }) => sum + openConnections, 0),
    0,
  );
  await slow.close();
});
