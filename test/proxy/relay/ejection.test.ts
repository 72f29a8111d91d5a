import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type BackendInput, ProxyProcess } from './proxy-process.ts';

/** Starts a proxy with one backend, whose endpoints have these ports. */
const serve = async (
  ports: readonly number[],
  more: Partial<BackendInput>,
): Promise<{ readonly proxy: ProxyProcess; readonly port: number }> => {
  const [port] = (await freePorts(1)) as [number];
  const endpoints = ports.map((endpoint) => ({ address: '127.0.0.1', port: endpoint }));
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [{ name: 'web', endpoints, ...more }],
  });
  return { proxy, port };
};

const endpointsOf = async (proxy: ProxyProcess) => (await proxy.status()).backends[0]?.endpoints ?? [];

test('an endpoint that refuses connections is ejected without failing a client, and returns by itself', async () => {
  const alive = await startEndpoint(greet('alive'));
  const [dead] = (await freePorts(1)) as [number];
  const { proxy, port } = await serve([alive.port, dead], {
    outlierDetection: { consecutiveFailures: 3, ejectionTime: '1s' },
  });
  const deadStatus = async () => (await endpointsOf(proxy)).find((one) => one.port === dead);
  try {
    await proxy.until('ejecting the dead endpoint', async () => {
      assert.equal(await askOnce(port), 'alive');
      return (await deadStatus())?.ejectedUntil !== undefined;
    });
    // Concurrent clients may have failed before every acceptor saw the ejection.
    const reason = /^(\d+) attempts to connect failed in a row$/.exec((await deadStatus())?.reason ?? '');
    assert.ok(Number(reason?.[1]) >= 3, `${(await deadStatus())?.reason}`);
    const labels = { backend: 'web', to: 'Ejected', cause: 'ConnectFailures' };
    assert.ok((await proxy.metric('l4balancer_health_transitions_total', labels)) >= 1);
    const risen = await startEndpoint(greet('risen'), '127.0.0.1', dead);
    await proxy.until('using the endpoint again', async () => (await askOnce(port)) === 'risen');
    const status = await deadStatus();
    assert.deepEqual([status?.ejectedUntil, status?.reason, status?.used], [undefined, undefined, true]);
    await risen.close();
  } finally {
    await proxy.stop();
    await alive.close();
  }
});

test('when all endpoints refuse, no more than the permitted share is ejected', async () => {
  const { proxy, port } = await serve(await freePorts(4), {
    connect: { retries: 3 },
    outlierDetection: { consecutiveFailures: 2, ejectionTime: '1s', maxEjectionPercent: 50 },
  });
  try {
    const seen = new Set<number>();
    // Until some were ejected for a second time, with failing clients all the time.
    await proxy.until('ejecting endpoints repeatedly', async () => {
      await howDialEnds(port);
      seen.add((await endpointsOf(proxy)).filter(({ ejectedUntil }) => ejectedUntil !== undefined).length);
      return proxy.output.split('"to":"Ejected"').length > 4;
    });
    assert.equal(Math.max(...seen), 2);
  } finally {
    await proxy.stop();
  }
});
