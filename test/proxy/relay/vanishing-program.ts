import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Keepalive } from '../../../proxy/configuration/listener-policy.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';
import { howItEnded } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';

// Runs in a network namespace of its own, where a peer vanishes silently: the kernel drops all packets from
// it. Prints how the connection of the other side ended, and for which reason.
const LISTENER = 1080;
const [CLIENT, ENDPOINT] = ['127.0.0.2', '127.0.0.3'];

execFileSync('nft', ['-f', '-'], {
  input: 'table ip t { chain c { type filter hook input priority 0; }; }',
});
const vanish = (address: string): void => {
  execFileSync('nft', ['add', 'rule', 'ip', 't', 'c', 'ip', 'saddr', address, 'drop']);
};
const comeBack = (): void => {
  execFileSync('nft', ['flush', 'chain', 'ip', 't', 'c']);
};

let atEndpoint: Socket | undefined;
const endpoint = await startEndpoint(
  (socket) => {
    atEndpoint = socket;
    echo(socket);
  },
  ENDPOINT,
  1081,
);
const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
let idleMs = 30_000;
const serve = (keepalive: Keepalive | undefined): Promise<unknown> =>
  engine.publish(
    tableOf(
      // A new table each time.
      [tableListener(LISTENER, { idleMs: idleMs++, ...(keepalive && { keepalive }) })],
      [tableBackend({ endpoints: [{ address: ENDPOINT, port: 1081, weight: 1 }] })],
    ),
  );

const counts = (): Readonly<Record<string, number>> =>
  Object.fromEntries(engine.stats().closes.map(({ reason, phase, total }) => [`${reason} ${phase}`, total]));

/** How the connection of the remaining side ends, and the close that is counted. */
const scenario = async (address: string) => {
  const before = counts();
  const client = connect({ port: LISTENER, host: '127.0.0.1', localAddress: CLIENT });
  client.on('error', () => undefined); // a reset is a result here
  client.write('word');
  await once(client, 'data');
  const stays = address === CLIENT ? (atEndpoint as Socket) : client;
  vanish(address);
  const how = await howItEnded(stays);
  const reasons = Object.entries(counts()).filter(([key, total]) => total > (before[key] ?? 0));
  comeBack();
  client.destroy();
  return [how, ...reasons.map(([key]) => key)];
};

const found: Record<string, unknown> = {};
await serve({ timeSeconds: 1, intervalSeconds: 1, probes: 1 });
found.client = await scenario(CLIENT);
found.endpoint = await scenario(ENDPOINT);
// Without the field, the sysctls of this namespace apply again.
await serve(undefined);
found.sysctls = [await scenario(CLIENT), await scenario(ENDPOINT)];
await engine.close();
await endpoint.close();
process.stdout.write(JSON.stringify(found));
process.exit();
