import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

/** How many of `count` clients reach the endpoint with this name. */
const reached = async (port: number, name: string, count: number): Promise<number> => {
  let found = 0;
  for (let i = 0; i < count; i++) if ((await askOnce(port)) === name) found++;
  return found;
};

test('an endpoint that is added gets few clients at first, and its full share in the end', async () => {
  const [old, young] = [await startEndpoint(greet('old')), await startEndpoint(greet('young'))];
  const [port] = (await freePorts(1)) as [number];
  const manifest = (slowStart: string, ports: readonly number[]): Manifest => ({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      { name: 'web', slowStart, endpoints: ports.map((one) => ({ address: '127.0.0.1', port: one })) },
    ],
  });
  const proxy = await ProxyProcess.start(manifest('1h', [old.port]));
  const newEndpoint = async () =>
    (await proxy.status()).backends[0]?.endpoints.find((one) => one.port === young.port);
  try {
    // Over an hour, so that its share, a tenth of the old endpoint's, stays the same while clients are
    // counted.
    await proxy.write(manifestText(manifest('1h', [old.port, young.port])));
    await proxy.until('serving the new endpoint', async () => (await newEndpoint())?.used === true);
    await proxy.untilServed();
    assert.equal((await newEndpoint())?.share, 0.1);
    const first = await reached(port, 'young', 110);
    assert.ok(first > 0 && first <= 30, `${first} of 110 clients`);
    await proxy.write(manifestText(manifest('1s', [old.port, young.port])));
    await proxy.until('done with the slow start', async () => (await newEndpoint())?.share === 1);
    await proxy.untilServed();
    const last = await reached(port, 'young', 110);
    assert.ok(last >= 40, `${last} of 110 clients`);
  } finally {
    await proxy.stop();
    await Promise.all([old.close(), young.close()]);
  }
});
