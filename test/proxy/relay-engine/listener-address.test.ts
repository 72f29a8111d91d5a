import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createMetrics } from '../../../proxy/admin/metrics.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { TableListener } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

const listener = (name: string, port: number, address?: string): TableListener =>
  tableListener(port, { name, address, backend: name });

test('a listener with an address takes clients there and nowhere else, of both families, and two may have one port', async (t) => {
  const [four, six] = await Promise.all([startEndpoint(greet('four')), startEndpoint(greet('six'))]);
  const [port] = (await freePorts(1)) as [number];
  const engine = await startEngine({ acceptors: 2, onEvent: () => undefined });
  t.after(async () => {
    await engine.close();
    await Promise.all([four.close(), six.close()]);
  });
  const backend = (name: string, endpointPort: number) =>
    tableBackend({ name, endpoints: [{ address: '127.0.0.1', port: endpointPort, weight: 1 }] });
  const backends = [backend('four', four.port), backend('six', six.port)];
  const table = tableOf([listener('four', port, '127.0.0.2'), listener('six', port, '::1')], backends);
  assert.deepEqual(await engine.publish(table), []);
  assert.equal(await askOnce(port, '127.0.0.2'), 'four');
  assert.equal(await askOnce(port, '::1'), 'six');
  await assert.rejects(askOnce(port, '127.0.0.1'), { code: 'ECONNREFUSED' });
  const page = await createMetrics('0', {
    stats: () => engine.stats(),
    health: () => [],
    findings: () => 0,
    connected: () => true,
    sourcePortsLeft: () => 0,
    output: { accepted: 0, dropped: 0, logDropped: 0, failures: new Map() },
  }).text();
  assert.match(
    page,
    new RegExp(
      `^l4balancer_listener_accepted_connections_total{listener="six",port="${port}",address="::1"} 1$`,
      'm',
    ),
  );
  // An address that this machine does not have is a finding, and the other one serves on.
  const [finding] = await engine.publish(
    tableOf([listener('four', port, '127.0.0.2'), listener('six', port, '2001:db8::7')], backends),
  );
  assert.equal(finding?.path, 'spec.listeners[six].address');
  assert.match(finding?.message ?? '', /address 2001:db8::7 port \d+: this machine has no such address/);
  assert.equal(await askOnce(port, '127.0.0.2'), 'four');
});

test('a port that the admin endpoint of this proxy has is told of as such', async (t) => {
  const admin = createServer().listen(0, '127.0.0.1');
  await once(admin, 'listening');
  const { port } = admin.address() as { port: number };
  const engine = await startEngine({
    acceptors: 1,
    onEvent: () => undefined,
    holder: (binding) => (binding.port === port ? 'the admin endpoint of this proxy has it' : undefined),
  });
  t.after(async () => {
    await engine.close();
    admin.close();
  });
  const [finding] = await engine.publish(tableOf([listener('web', port)], [tableBackend({ name: 'web' })]));
  assert.equal(finding?.code, 'PortTaken');
  assert.match(finding?.message ?? '', /: the admin endpoint of this proxy has it\./);
});
