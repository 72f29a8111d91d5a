import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startEndpoint } from '../../proxy/relay/endpoint-server.ts';
import { ProxyProcess } from '../../proxy/relay/proxy-process.ts';
import { Alarms, WITHIN_MS } from './alarms.ts';
import { OF_PROXY, watchProxy } from './single-proxy.ts';

// Runs in a network namespace of its own with 3,000 source ports; prints the labels of the alert about them
// that fired, and that it has stopped.
const LISTENER = 1080;
const ENDPOINT = 1081;
const CONNECTIONS = 300;
/** Ports of clients are outside of the range, which is left to the proxy. */
const FIRST_PORT = 20_000;

// A signal that ends this process leaves nothing behind: what ends with it is ended as it exits.
process.once('SIGTERM', () => process.exit(1));

const held = new Set<Socket>();
const endpoint = await startEndpoint(
  (socket) => {
    held.add(socket);
    socket.write('word');
  },
  '127.0.0.1',
  ENDPOINT,
);
const proxy = await ProxyProcess.start({
  listeners: [{ name: 'web', port: LISTENER, backend: 'web' }],
  backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: ENDPOINT }] }],
});
const prometheus = await watchProxy(proxy.admin);
const alarms = new Alarms(prometheus);
for (let i = 0; i < CONNECTIONS; i++) {
  const client = connect({ port: LISTENER, host: '127.0.0.1', localPort: FIRST_PORT + i });
  await once(client, 'data', { signal: AbortSignal.timeout(WITHIN_MS) });
}
const { labels } = await alarms.fires('L4BalancerSourcePortsNearlyFull');
// The end that closes first keeps the port for a minute, so that is not the proxy.
for (const socket of held) socket.end();
await alarms.stop('L4BalancerSourcePortsNearlyFull');
alarms.assertWholeTexts();
await prometheus.stop();
await proxy.stop();
await endpoint.close();
const named = Object.entries(labels).filter(([label]) => label in OF_PROXY || label === 'backend');
process.stdout.write(JSON.stringify({ labels: Object.fromEntries(named), stopped: true }));
