import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { type TestContext, test } from 'node:test';
import { parse } from 'yaml';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { Collector } from '../../program/otlp/collector.ts';
import { accessLines } from './access-lines.ts';
import { askOnce, howDialEnds } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const SAMPLE = new URL('../../../crds/samples/otlp.yaml', import.meta.url);
const sampleOtlp = async () =>
  (parse(await readFile(SAMPLE, 'utf8')) as { spec: { otlp: NonNullable<Manifest['otlp']> } }).spec.otlp;

const prepare = async (t: TestContext) => {
  const endpoint = await startEndpoint(greet('hello'));
  const collector = await Collector.prepare();
  const [web, none, nobody] = (await freePorts(3)) as [number, number, number];
  const manifest: Manifest = {
    listeners: [
      { name: 'web', port: web, backend: 'web' },
      { name: 'none', port: none, backend: 'none' },
    ],
    backends: [
      { name: 'web', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] },
      { name: 'none', endpoints: [{ address: '127.0.0.1', port: nobody }] },
    ],
    accessLog: { mode: 'All' },
    otlp: { ...(await sampleOtlp()), endpoint: collector.endpoint, interval: '1s' },
  };
  const start = async (of: Manifest = manifest): Promise<ProxyProcess> => {
    const proxy = await ProxyProcess.start(of);
    t.after(() => proxy.stop());
    return proxy;
  };
  t.after(async () => {
    await collector.stop();
    await endpoint.close();
  });
  return { collector, manifest, start, web, none };
};

test('a collector gets each line of the access log, and what the metrics page has', async (t) => {
  const { collector, start, web, none } = await prepare(t);
  await collector.start();
  const proxy = await start();
  for (let i = 0; i < 3; i++) assert.equal(await askOnce(web), 'hello');
  await howDialEnds(none);
  await until('all records arrive', () => collector.records.length >= 4, { seen: () => proxy.output });
  const lines = accessLines(proxy);
  assert.equal(lines.length, 4);
  assert.deepEqual(
    collector.records.map(({ timeMs, attributes }) => ({
      log: 'access',
      time: new Date(timeMs).toISOString(),
      ...attributes,
    })),
    lines,
  );
  assert.deepEqual(
    collector.records.map(({ severity, body }) => [severity, `${body}`.split(':')[0]]),
    lines.map(({ reason }) => [reason === 'Finished' ? 'INFO' : 'WARN', reason]),
  );
  const [first] = collector.records;
  assert.equal(first?.event, 'l4balancer.connection');
  assert.equal(first?.resource['service.name'], 'l4balancer');
  assert.equal(first?.resource['service.instance.id'], hostname());
  const accepted = 'l4balancer_listener_accepted_connections_total';
  const expected = new Map([
    [
      JSON.stringify([
        ['listener', 'web'],
        ['port', `${web}`],
      ]),
      3,
    ],
    [
      JSON.stringify([
        ['listener', 'none'],
        ['port', `${none}`],
      ]),
      1,
    ],
  ]);
  await until(
    'the newest figures arrive',
    () => {
      const values = collector.values(accepted);
      return [...expected].every(([labels, value]) => values.get(labels) === value);
    },
    { seen: () => collector.values(accepted) },
  );
  const page = await (await fetch(`http://${proxy.admin}/metrics`)).text();
  // A metric without samples is on the page, but is not sent.
  const declared = new Set([...page.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  for (const name of collector.metrics.keys()) assert.ok(declared.has(name), `${name} is not on the page`);
  for (const [, name] of page.matchAll(/^(l4balancer_\w+?)(?:_bucket|_sum|_count)?[ {]/gm))
    assert.ok(collector.metrics.has(name as string), `${name} is not sent`);
});

test('a collector can be named, changed and left while the proxy runs', async (t) => {
  const { collector, manifest, start, web } = await prepare(t);
  await collector.start();
  const { otlp, ...without } = manifest;
  const proxy = await start(without);
  assert.equal(await askOnce(web), 'hello');
  await proxy.write(manifestText({ ...manifest, otlp: { endpoint: collector.endpoint, metrics: false } }));
  await until('it is followed', async () => {
    await askOnce(web);
    return collector.records.length > 0;
  });
  assert.equal(collector.metrics.size, 0);
  await proxy.write(
    manifestText({ ...manifest, otlp: { ...otlp, endpoint: collector.endpoint, accessLog: false } }),
  );
  await until('metrics arrive', () => collector.metrics.size > 0);
  const { length } = collector.records;
  assert.equal(await askOnce(web), 'hello');
  assert.equal(await proxy.metric('l4balancer_otlp_lost_records_total'), 0);
  await proxy.stop();
  assert.equal(collector.records.length, length, 'nothing is logged there any more');
});

test('a collector that is away is a finding, and traffic goes on; none is left once it is back', async (t) => {
  const { collector, start, web } = await prepare(t);
  const proxy = await start();
  const found = async () => (await proxy.status()).findings.filter(({ code }) => code === 'OtlpFails');
  await proxy.until('telling that metrics cannot be sent', async () => (await found()).length > 0);
  const [finding] = await found();
  assert.equal(finding?.path, 'spec.otlp.endpoint');
  assert.match(
    `${finding?.message}`,
    new RegExp(
      `metrics cannot be sent to ${collector.endpoint}: connect ECONNREFUSED .* Correct the endpoint`,
    ),
  );
  assert.equal(await askOnce(web), 'hello');
  assert.ok(
    (await proxy.metric('l4balancer_otlp_requests_total', { signal: 'metrics', result: 'failed' })) > 0,
  );
  await collector.start();
  await proxy.until('sending again', async () => (await found()).length === 0);
  assert.ok((await proxy.metric('l4balancer_otlp_requests_total', { signal: 'metrics', result: 'ok' })) > 0);
});

test('a proxy whose collector is away stops in time', async (t) => {
  const { start, web } = await prepare(t);
  const proxy = await start();
  assert.equal(await askOnce(web), 'hello');
  assert.equal(await proxy.stop(), 0);
});
