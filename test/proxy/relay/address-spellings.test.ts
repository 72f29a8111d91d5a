import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce } from './client.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

test('endpoints are reached whatever the spelling of their addresses, and shown in the canonical one', async () => {
  const four = await startEndpoint(greet('four'));
  const six = await startEndpoint(greet('six'), '::1');
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        healthCheck: { interval: '1s', timeout: '1s' },
        endpoints: [
          { address: '::FFFF:127.0.0.1', port: four.port },
          { address: '0:0:0:0:0:0:0:1', port: six.port },
        ],
      },
    ],
  });
  try {
    const answers = new Set<string>();
    for (let i = 0; i < 4; i++) answers.add(await askOnce(port));
    assert.deepEqual([...answers].sort(), ['four', 'six']);
    const known = (await proxy.status()).backends[0]?.endpoints.map(({ address }) => address);
    assert.deepEqual(known?.sort(), ['127.0.0.1', '::1']);
    const endpoint = `127.0.0.1:${four.port}`;
    assert.equal(await proxy.metric('l4balancer_endpoint_connections_total', { endpoint }), 2);
  } finally {
    await proxy.stop();
    await four.close();
    await six.close();
  }
});
