import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import { OperatorError } from '../../../operator/errors.ts';
import { type Servers, startServers } from '../../../operator/health/servers.ts';
import type { WatchHealth } from '../../../operator/watch/freshness.ts';
import { freePort } from '../../../scripts/process/free-ports.ts';

const HERE = '127.0.0.1';
const running: Servers[] = [];
after(async () => {
  for (const servers of running) await servers.close();
});

const FRESH: WatchHealth = { kind: 'Pod', synced: true, state: { connected: true }, silentMs: 0 };

const start = async (
  ports: { health: number; metrics: number },
  watches: readonly WatchHealth[] = [FRESH],
  stopping = false,
) => {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] });
  const servers = await startServers({
    settings: { health: { host: HERE, port: ports.health }, metrics: { host: HERE, port: ports.metrics } },
    registry,
    watches: () => watches,
    isStopping: () => stopping,
    onError: (error) => assert.fail(String(error)),
  });
  running.push(servers);
  const get = async (which: 'health' | 'metrics', path: string, method = 'GET') => {
    const answer = await fetch(`http://${HERE}:${servers.ports[which]}${path}`, { method });
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  return { servers, get };
};

test('health and metrics are on their own ports, and each page only there', async () => {
  const { get } = await start({ health: 0, metrics: 0 });
  assert.equal(await get('health', '/healthz'), '200 ok');
  assert.equal(await get('health', '/readyz?verbose'), '200 ok');
  assert.match(await get('metrics', '/metrics'), /^200 # HELP things_total/);
  assert.equal(await get('health', '/metrics'), '404 No such page: there are /healthz /readyz');
  assert.equal(await get('health', '/healthz', 'POST'), '405 Only GET and HEAD are answered.');
  assert.equal(await get('health', '/healthz', 'HEAD'), '200 ');
});

test('one address for both is one server', async () => {
  const port = await freePort();
  const { get } = await start({ health: port, metrics: port });
  assert.equal(await get('health', '/healthz'), '200 ok');
  assert.match(await get('metrics', '/metrics'), /^200/);
});

test('a stale watch and a stop make it unready, and alive all the same', async () => {
  const { get } = await start({ health: 0, metrics: 0 }, [{ ...FRESH, synced: false }]);
  assert.equal(await get('health', '/readyz'), '503 Pod: not listed yet');
  assert.equal(await get('health', '/healthz'), '200 ok');
  const stopping = await start({ health: 0, metrics: 0 }, [FRESH], true);
  assert.equal(await stopping.get('health', '/readyz'), '503 stopping');
});

test('an address that cannot be had is refused with the flag to change, and leaves nothing listening', async () => {
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
