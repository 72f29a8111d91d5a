import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { sendMetrics } from '../../../operator/telemetry/send-metrics.ts';
import { Gauge, Registry } from '../../../program/prometheus.ts';
import { until } from '../../../tooling/wait/until.ts';
import { Collector } from '../../program/otlp/collector.ts';
import { startEither, untilServing } from '../../program/programs.ts';

const ignored = { info: () => undefined, warn: () => undefined };

test('an operator that ends has sent its metrics to the collector that its environment names', async (t) => {
  const collector = await Collector.start();
  t.after(() => collector.stop());
  const program = await startEither('operator', { env: { L4B_OTLP_ENDPOINT: collector.endpoint } });
  await untilServing('operator', program);
  program.child.kill('SIGTERM');
  assert.equal(await program.ended, 0, program.stderr());
  await until('metrics have arrived', () => collector.metrics.has('l4balancer_operator_ready'));
  assert.ok(collector.metrics.has('process_resident_memory_bytes'));
});

test('an operator without a collector counts no requests', async () => {
  const registry = new Registry();
  await sendMetrics(registry, { endpoint: undefined, instance: 'a', log: ignored, now: Date.now }).close();
  assert.match(await registry.metrics(), /^l4balancer_operator_otlp_requests_total{result="ok"} 0$/m);
});

test('metrics that a collector refuses are logged and counted', async (t) => {
  const server = createServer((_, response) => response.writeHead(403, 'Forbidden').end()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const registry = new Registry();
  new Gauge({ name: 'one', help: 'One.', registers: [registry] }).set(1);
  const warned: unknown[] = [];
  const log = { ...ignored, warn: (fields: unknown) => warned.push(fields) };
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await sendMetrics(registry, { endpoint, instance: 'a', log, now: Date.now }).close();
  assert.deepEqual(warned, [{ code: 'OtlpFails', endpoint, problem: 'it answers 403 Forbidden' }]);
  assert.match(await registry.metrics(), /^l4balancer_operator_otlp_requests_total{result="failed"} 1$/m);
});
