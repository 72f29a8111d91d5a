import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { OtlpExports } from '../../../program/otlp/exports.ts';
import { MAX_WAITING } from '../../../program/otlp/sender.ts';
import type { LogEntry, OtlpTarget } from '../../../program/otlp/target.ts';
import { labelsOf, NO_LABELS, type Samples } from '../../../program/samples.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { Collector } from './collector.ts';

const CLOSE_MS = 2_000;
const RESOURCE = { 'service.name': 'l4balancer', 'service.instance.id': 'edge-0', absent: undefined };

const targetOf = (endpoint: string, others: Partial<OtlpTarget> = {}): OtlpTarget => ({
  endpoint,
  logs: true,
  metrics: true,
  intervalMs: 1_000,
  ...others,
});

const entry = (body: string): LogEntry => ({
  timeMs: 1_796_107_705_403,
  severity: 'WARN',
  event: 'l4balancer.connection',
  body,
  attributes: { listener: 'web', retries: 2, durationMs: 1.5, names: ['a', 'b'], absent: undefined },
});

const collect = async (to: Samples): Promise<void> => {
  to.begin('l4balancer_tries_total', 'counter', 'Tries.');
  to.sample(labelsOf({ listener: 'a"b\n', port: 80 }), 7);
  to.begin('l4balancer_open', 'gauge', 'Open.');
  to.sample(NO_LABELS, 2.5);
  to.begin('l4balancer_unknown', 'gauge', 'Not known.');
  to.sample(NO_LABELS, Number.NaN);
  to.begin('l4balancer_wait_seconds', 'histogram', 'Waits.');
  to.histogram(labelsOf({ backend: 'b' }), [0.1, 1], [1, 2, 3], 4.5);
};

const failures = ({ count }: OtlpExports) => count.failures(Date.now());

const exportsOf = (t: TestContext): OtlpExports => {
  const sent = new OtlpExports({ resource: RESOURCE, collect, now: Date.now });
  t.after(() => sent.close(CLOSE_MS));
  return sent;
};

const collectorOf = async (t: TestContext, make = Collector.start): Promise<Collector> => {
  const collector = await make();
  t.after(() => collector.stop());
  return collector;
};

test('a collector receives records of the log and what they say of themselves', async (t) => {
  const collector = await collectorOf(t);
  const sent = exportsOf(t);
  sent.follow(targetOf(collector.endpoint, { metrics: false }));
  // Before the packages are loaded, which takes a moment.
  sent.log(entry('one'));
  sent.log(entry('two'));
  await until('both arrive', () => collector.records.length >= 2);
  assert.deepEqual(
    collector.records.map(({ body }) => body),
    ['one', 'two'],
  );
  assert.deepEqual(collector.records[0], {
    timeMs: 1_796_107_705_403,
    severity: 'WARN',
    event: 'l4balancer.connection',
    body: 'one',
    attributes: { listener: 'web', retries: 2, durationMs: 1.5, names: ['a', 'b'] },
    resource: { 'service.name': 'l4balancer', 'service.instance.id': 'edge-0' },
  });
  assert.equal(collector.metrics.size, 0);
});

test('a collector receives counters, gauges and histograms, each with its labels and unit', async (t) => {
  const collector = await collectorOf(t);
  const sent = exportsOf(t);
  sent.follow(targetOf(collector.endpoint, { logs: false }));
  sent.log(entry('nobody asked for it'));
  await until('the metrics arrive', () => collector.metrics.size > 0);
  assert.deepEqual(
    [...collector.metrics.keys()],
    ['l4balancer_tries_total', 'l4balancer_open', 'l4balancer_wait_seconds'],
  );
  assert.deepEqual(
    collector.values('l4balancer_tries_total'),
    new Map([['[["listener","a\\"b\\n"],["port","80"]]', 7]]),
  );
  assert.deepEqual(collector.values('l4balancer_open'), new Map([['[]', 2.5]]));
  const { unit, histogram } = collector.metrics.get('l4balancer_wait_seconds') ?? {};
  assert.equal(unit, 's');
  const [point] = histogram?.dataPoints ?? [];
  assert.deepEqual(
    [point?.count, point?.sum, point?.bucketCounts, point?.explicitBounds],
    ['6', 4.5, ['1', '2', '3'], [0.1, 1]],
  );
  assert.deepEqual(collector.records, []);
});

test('what waits when the collector changes goes to the one before, what comes then to the next', async (t) => {
  const [first, second] = [await collectorOf(t), await collectorOf(t)];
  const sent = exportsOf(t);
  sent.follow(targetOf(first.endpoint));
  sent.log(entry('one'));
  sent.follow(targetOf(second.endpoint));
  sent.log(entry('two'));
  await until('each has one', () => first.records.length > 0 && second.records.length > 0);
  sent.follow(undefined);
  sent.log(entry('three'));
  assert.equal(sent.target, undefined);
  await sent.close(CLOSE_MS);
  assert.deepEqual(
    [first, second].map(({ records }) => records.map(({ body }) => body)),
    [['one'], ['two']],
  );
});

test('what waits is sent before the program ends', async (t) => {
  const collector = await collectorOf(t);
  const sent = exportsOf(t);
  sent.follow(targetOf(collector.endpoint, { intervalMs: 3_600_000 }));
  sent.log(entry('one'));
  await sent.close(CLOSE_MS);
  await until('it has arrived', () => collector.records.length > 0 && collector.metrics.size > 0);
});

test('a collector that is away is a failure with its reason, until it is back; nobody waits for it', async (t) => {
  const collector = await collectorOf(t, Collector.prepare);
  const sent = exportsOf(t);
  sent.follow(targetOf(collector.endpoint, { logs: false }));
  await until('it is told', () => failures(sent).has('metrics'));
  const { problem, endpoint } = failures(sent).get('metrics') ?? {};
  assert.match(`${problem}`, /ECONNREFUSED/);
  assert.equal(endpoint, collector.endpoint);
  await collector.start();
  await until('metrics arrive', () => collector.metrics.size > 0);
  await until('it is no failure any more', () => failures(sent).size === 0);
  assert.ok(sent.count.failed.metrics > 0 && sent.count.sent.metrics > 0);
});

test('records that no collector takes are lost from a bound on, and counted', async (t) => {
  const sent = exportsOf(t);
  sent.follow(targetOf(`http://127.0.0.1:${await freePort()}`, { metrics: false }));
  for (let i = 0; i < MAX_WAITING + 100; i++) sent.log(entry(`${i}`));
  assert.equal(sent.count.lost.queue_full, 100);
  await until('the first batch is given up', () => sent.count.lost.not_sent > 0);
  assert.equal(sent.count.failed.logs, 1);
  assert.equal(
    await sent.close(0),
    MAX_WAITING - sent.count.lost.not_sent,
    'the rest is lost with the process',
  );
});

/** A server that answers every request the same way, or never. */
const serverOf = async (t: TestContext, answer: (response: ServerResponse) => void): Promise<string> => {
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
};

for (const { title, answer, problem } of [
  {
    title: 'that refuses',
    answer: (response: ServerResponse) => response.writeHead(401, 'Unauthorized').end('no such token\n'),
    problem: 'it answers 401 Unauthorized: no such token',
  },
  {
    title: 'that is overloaded',
    answer: (response: ServerResponse) => response.writeHead(503).end(),
    problem: 'it answers 429, 502, 503 or 504',
  },
  { title: 'that never answers', answer: () => undefined, problem: 'it does not answer' },
])
  test(`a collector ${title} is a failure that says so`, async (t) => {
    const sent = exportsOf(t);
    sent.follow(targetOf(await serverOf(t, answer), { logs: false }));
    await until('it is told', () => failures(sent).size > 0);
    assert.equal(failures(sent).get('metrics')?.problem, problem);
  });

test('records that a collector takes but refuses are counted', async (t) => {
  // partial_success {rejected_log_records: 2, error_message: "x"}, in protobuf
  const partly = Buffer.of(0x0a, 5, 8, 2, 0x12, 1, 0x78);
  const endpoint = await serverOf(t, (response) =>
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(partly),
  );
  const sent = exportsOf(t);
  sent.follow(targetOf(endpoint, { metrics: false }));
  for (const body of ['one', 'two', 'three']) sent.log(entry(body));
  await until('they are counted', () => sent.count.lost.refused > 0);
  assert.equal(sent.count.lost.refused, 2);
});

test('metrics that cannot be collected are a failure', async (t) => {
  const sent = new OtlpExports({
    resource: RESOURCE,
    collect: () => Promise.reject(new Error('a bug')),
    now: Date.now,
  });
  t.after(() => sent.close(CLOSE_MS));
  sent.follow(targetOf('http://127.0.0.1:1', { logs: false }));
  await until('it is told', () => failures(sent).size > 0);
  assert.equal(failures(sent).get('metrics')?.problem, 'a bug');
});

test('what is not sent any more is no failure, whatever becomes of its last requests', async (t) => {
  const sent = exportsOf(t);
  const target = targetOf(`http://127.0.0.1:${await freePort()}`);
  sent.follow(target);
  await until('metrics fail', () => failures(sent).has('metrics'));
  const { failed } = sent.count;
  const before = failed.metrics;
  sent.follow({ ...target, metrics: false });
  await until('the last request has failed', () => failed.metrics > before);
  assert.ok(!failures(sent).has('metrics'));
});

test('an endpoint that is no URL is a failure, and the program goes on', async (t) => {
  const sent = exportsOf(t);
  sent.follow(targetOf('http://collector:99999', { metrics: false }));
  sent.log(entry('one'));
  await until('it is told', () => failures(sent).size > 0);
  assert.match(`${failures(sent).get('logs')?.problem}`, /Could not parse .*collector:99999/);
  sent.log(entry('two'));
  assert.equal(sent.count.lost.not_sent, 2);
  await sent.close(CLOSE_MS);
});
