import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { LoadPlan, LoadResult } from './load/plan.ts';
import { responseLength } from './load/response.ts';
import { Slots } from './load/slots.ts';
import { Tally } from './load/tally.ts';
import { describeFailures, failuresOf } from './measure/load.ts';
import { rateBelow } from './measure/rate-below.ts';
import { measureUntil } from './measure-until.ts';

const PROGRAM = fileURLToPath(new URL('load/program.ts', import.meta.url));

const load = async (plan: LoadPlan): Promise<LoadResult> => {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, JSON.stringify(plan)]);
  return JSON.parse(stdout) as LoadResult;
};

/** Runs `work` with a web server, and counts the server's connections. */
const withServer = async <T>(
  answer: RequestListener,
  work: (port: number) => Promise<T>,
): Promise<{ result: T; connections: number }> => {
  let connections = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, answer).on('connection', () => connections++);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return { result: await work((server.address() as AddressInfo).port), connections };
  } finally {
    server.closeAllConnections();
    await once(server.close(), 'close');
  }
};

const plan = (port: number, change: Partial<LoadPlan>): LoadPlan => ({
  kind: 'Requests',
  address: '127.0.0.1',
  ports: [port],
  connections: 4,
  rate: 200,
  seconds: 0.5,
  warmUpSeconds: 0.1,
  ...change,
});

test('at a fixed rate every request that was due counts, over connections that stay open', async () => {
  const { result, connections } = await withServer(
    (_request, response) => response.end('ok'),
    (port) => load(plan(port, {})),
  );
  assert.ok(Math.abs(result.answered + failuresOf(result) - 100) <= 1, JSON.stringify(result));
  assert.ok(result.answered > 0);
  assert.equal(connections, 4);
  assert.ok((result.p50 ?? 0) > 0 && (result.p999 ?? 0) >= (result.p99 ?? 0));
});

test('with a connection for each request, each connection is new', async () => {
  const { result, connections } = await withServer(
    (_request, response) => response.end('ok'),
    (port) => load(plan(port, { kind: 'Connections' })),
  );
  assert.ok(Math.abs(result.answered + failuresOf(result) - 100) <= 1, JSON.stringify(result));
  assert.ok(result.answered > 0 && connections >= result.answered, `${connections} for ${result.answered}`);
});

test('at full speed the same connections are reused', async () => {
  const { connections } = await measureUntil(
    (seconds) =>
      withServer(
        (_request, response) => response.end('ok'),
        (port) => load(plan(port, { rate: 0, seconds })),
      ),
    ({ result }) => result.answered > 4,
  );
  assert.equal(connections, 4);
});

test('a request without a response has failed, and its age counts as latency', async () => {
  const { result } = await withServer(
    () => {},
    (port) => load(plan(port, { rate: 20 })),
  );
  assert.equal(result.answered, 0);
  assert.ok(Math.abs(failuresOf(result) - 10) <= 1);
  assert.ok((result.p50 ?? 0) >= 1000);
});

test('failures are counted by their cause', async () => {
  const refusing = createTcpServer();
  await once(refusing.listen(0, '127.0.0.1'), 'listening');
  const { port } = refusing.address() as AddressInfo;
  await once(refusing.close(), 'close');
  const refused = await load(plan(port, { kind: 'Connections', rate: 50 }));
  assert.ok(Object.hasOwn(refused.failures, 'ECONNREFUSED'), JSON.stringify(refused));
  const { result } = await withServer(
    (_request, response) => response.writeHead(503).end(),
    (at) => load(plan(at, { kind: 'Connections', rate: 50 })),
  );
  assert.ok(Object.hasOwn(result.failures, 'Status503'), JSON.stringify(result));
  assert.equal(result.answered, 0);
});

test('the length of a response is that of its header and body', () => {
  const header = 'HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 2\r\n\r\n';
  assert.equal(responseLength(`${header}ok`), header.length + 2);
  assert.equal(responseLength(header.toLowerCase().replace('http', 'HTTP')), header.length + 2);
  assert.equal(responseLength('HTTP/1.1 502 Bad\r\nContent-Length: 0\r\n\r\n'), 'Status502');
  assert.equal(responseLength('HTTP/1.1 200 OK\r\n\r\n'), 'NoLength');
  assert.equal(responseLength('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n'), 'NoLength');
  assert.equal(responseLength('220 smtp'), 'NotHttp');
});

test('slots are taken in the order in which they became idle', () => {
  const slots = new Slots(3);
  assert.equal(slots.take(), -1);
  for (const slot of [2, 0, 1]) slots.release(slot);
  assert.deepEqual([slots.take(), slots.take()], [2, 0]);
  slots.release(2);
  assert.deepEqual([slots.take(), slots.take(), slots.take()], [1, 2, -1]);
});

test('only requests that are due within the counted seconds are tallied, failures with their age', () => {
  const tally = new Tally();
  tally.setWindow(100, 1100);
  tally.answered(99, 101);
  tally.answered(100, 102);
  tally.failed(1099, 2099, 'TimedOut');
  tally.answered(1100, 1101);
  const { answered, failures, p50, p99, seconds } = tally.result(0.5);
  assert.deepEqual({ answered, failures, seconds }, { answered: 1, failures: { TimedOut: 1 }, seconds: 1 });
  assert.ok(Math.abs((p50 ?? 0) - 2) < 0.01 && Math.abs((p99 ?? 0) - 1000) < 1);
});

test('failures are added up, and described in order of their number', () => {
  const failures = { TimedOut: 1, ECONNRESET: 12 };
  assert.equal(failuresOf({ failures }), 13);
  assert.equal(describeFailures({ failures }), 'ECONNRESET 12, TimedOut 1');
  assert.equal(describeFailures({ failures: {} }), '');
});

test('the common rate is 70 % of the slowest, rounded down to hundreds', () => {
  assert.equal(rateBelow([40_000, 31_234, 50_000]), 21_800);
  assert.equal(rateBelow([10]), 100);
});
