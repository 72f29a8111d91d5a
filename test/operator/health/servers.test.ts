import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { OperatorError } from '../../../operator/errors/operator-error.ts';
import type { Readiness } from '../../../operator/health/readiness.ts';
import { startServer } from '../../../operator/health/server.ts';
import { type Servers, startServers } from '../../../operator/health/servers.ts';
import { PAGE_LIMITS } from '../../../program/page-limits.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { allCutOff, closedByServer } from '../../program/slow-clients.ts';

const HERE = '127.0.0.1';
const running: Servers[] = [];
after(async () => {
  for (const servers of running) await servers.close();
});

const READY: Readiness = { isReady: true, problems: [], namespaces: new Map() };

const start = async (ports: { health: number; metrics: number }, readiness: Readiness = READY) => {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] });
  const servers = await startServers({
    health: { address: { host: HERE, port: ports.health }, flag: '--health-address' },
    metrics: { address: { host: HERE, port: ports.metrics }, flag: '--metrics-address' },
    registry,
    readiness: () => readiness,
    onError: (error) => assert.fail(String(error)),
  });
  running.push(servers);
  const get = async (which: 'health' | 'metrics', path: string, method = 'GET') => {
    const answer = await fetch(`http://${HERE}:${servers.ports[which]}${path}`, { method });
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  return { servers, get };
};

test('health and metrics have separate ports, and each page is served on its port only', async () => {
  const { get } = await start({ health: 0, metrics: 0 });
  assert.equal(await get('health', '/healthz'), '200 ok');
  assert.equal(await get('health', '/readyz?verbose'), '200 ok');
  assert.match(await get('metrics', '/metrics'), /^200 # HELP things_total/);
  assert.equal(await get('health', '/metrics'), '404 No such page; available pages: /healthz /readyz');
  assert.equal(await get('health', '/healthz', 'POST'), '405 Only GET and HEAD are supported.');
  assert.equal(await get('health', '/healthz', 'HEAD'), '200 ');
});

test('one address for both starts one server', async () => {
  const port = await freePort();
  const { get } = await start({ health: port, metrics: port });
  assert.equal(await get('health', '/healthz'), '200 ok');
  assert.match(await get('metrics', '/metrics'), /^200/);
});

test('the page of an unready operator shows the reason, and the operator is still alive', async () => {
  const { get } = await start(
    { health: 0, metrics: 0 },
    { ...READY, isReady: false, problems: ['Pod: not listed yet', 'Role: not listed yet'] },
  );
  assert.equal(await get('health', '/readyz'), '503 Pod: not listed yet\nRole: not listed yet');
  assert.equal(await get('health', '/healthz'), '200 ok');
});

test('the page of an operator that is ready for other namespaces shows one that is not followed', async () => {
  const namespaces = new Map([['shop', 'Pod: not listed yet']]);
  const { get } = await start({ health: 0, metrics: 0 }, { ...READY, namespaces });
  assert.equal(await get('health', '/readyz'), '200 ok\nnamespace shop is not followed: Pod: not listed yet');
});

test('an unusable address is refused with the flag to change, and no server is left listening', async () => {
  const { servers } = await start({ health: 0, metrics: 0 });
  const port = await freePort();
  await assert.rejects(start({ health: port, metrics: servers.ports.metrics }), (error: unknown) => {
    assert.ok(error instanceof OperatorError);
    assert.equal(error.code, 'AddressTaken');
    assert.match(error.message, /another program listens there.*--metrics-address/);
    return true;
  });
  await start({ health: port, metrics: 0 });
});

const STALLED_MS = 1_000;

test('a client that does not finish a request is disconnected, and so is one that sends none or does not read the response', async () => {
  const page = { status: 200, type: 'text/plain', text: 'x'.repeat(32 * 1024 * 1024) };
  const server = await startServer({
    address: { host: HERE, port: 0 },
    flag: '--x',
    pages: { '/big': () => page },
    onError: (error) => assert.fail(String(error)),
    limits: { requestMs: 500, stalledMs: STALLED_MS },
  });
  try {
    const deaf = net.connect(server.port, HERE);
    deaf.on('error', () => undefined);
    deaf.write('GET /big HTTP/1.1\r\nHost: a\r\n\r\n');
    await allCutOff(server.port);
    await closedByServer(server.port, deaf);
    // After the server has closed the connection, the kernel holds less than the whole page.
    let kept = 0;
    deaf.on('data', (part: Buffer) => {
      kept += part.length;
    });
    await once(deaf, 'close', { signal: AbortSignal.timeout(20_000) });
    assert.ok(kept < page.text.length, `${kept} bytes`);
  } finally {
    await server.close();
  }
});

test('the limits apply by default', async () => {
  for (const ms of Object.values(PAGE_LIMITS)) assert.ok(ms > 0 && ms <= 30_000, `${ms}`);
  const { servers } = await start({ health: 0, metrics: 0 });
  await Promise.all(Object.values(servers.ports).map(allCutOff));
});
