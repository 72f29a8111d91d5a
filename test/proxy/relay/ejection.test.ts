import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type BackendInput, ProxyProcess } from './proxy-process.ts';

/** A proxy with one backend of these ports. */
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

test('an endpoint that refuses connections is ejected without a failed client, and comes back by itself', async () => {
  const alive = await startEndpoint(greet('alive'));
  const [dead] = (await freePorts(1)) as [number];
  const { proxy, port } = await serve([alive.port, dead], {
    outlierDetection: { consecutiveFailures: 3, ejectionTime: '1s' },
  });
  const deadStatus = async () => (await endpointsOf(proxy)).find((one) => one.port === dead);
  try {
    await proxy.until('rid of the dead endpoint', async () => {
      assert.equal(await askOnce(port), 'alive');
      return (await deadStatus())?.ejectedUntil !== undefined;
    });
    // Attempts of clients that came together may have failed before the ejection was seen by all.
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

test('where all endpoints refuse, no more are ejected than the share that may be', async () => {
  const { proxy, port } = await serve(await freePorts(4), {
    connect: { retries: 3 },
    outlierDetection: { consecutiveFailures: 2, ejectionTime: '1s', maxEjectionPercent: 50 },
  });
  try {
    const seen = new Set<number>();
    // Until some were ejected a second time, all the time with clients that fail.
    await proxy.until('ejecting again and again', async () => {
      await howDialEnds(port);
      seen.add((await endpointsOf(proxy)).filter(({ ejectedUntil }) => ejectedUntil !== undefined).length);
      return proxy.output.split('"to":"Ejected"').length > 4;
    });
    assert.equal(Math.max(...seen), 2);
  } finally {
    await proxy.stop();
  }
});
