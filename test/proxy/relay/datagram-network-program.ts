import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { until } from '../../../tooling/wait/until.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';
import { DatagramClient, echoDatagrams, startDatagramEndpoint } from './datagram-sockets.ts';

// Runs in a network namespace of its own: a host with several addresses, on a link that fragments what is
// longer than 1,500 bytes, with few source ports. Prints what clients saw.
const PORT = 1053;
const ENDPOINT = 1054;
const ADDRESSES = ['10.1.0.1', '10.2.0.1', 'fd00::1', 'fd00::2'];
const FIRST_PORT = 40_000;
const PORTS = 256;

execFileSync('ip', ['link', 'set', 'lo', 'mtu', '1500']);
for (const address of ADDRESSES)
  execFileSync('ip', ['address', 'add', address, 'dev', 'lo', ...(address.includes(':') ? ['nodad'] : [])]);
writeFileSync('/proc/sys/net/ipv4/ip_local_port_range', `${FIRST_PORT} ${FIRST_PORT + PORTS - 1}`);

const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
const endpoints = [
  await startDatagramEndpoint(echoDatagrams, '10.1.0.1', ENDPOINT),
  await startDatagramEndpoint(echoDatagrams, 'fd00::2', ENDPOINT),
];
const tableWith = (address: string) =>
  tableOf(
    [tableListener(PORT, { protocol: 'UDP' })],
    [tableBackend({ endpoints: [{ address, port: ENDPOINT, weight: 1 }] })],
  );

/** Whether a burst of datagrams of one size comes back from the address that it was sent to. */
const burst = async (to: string, bytes: number, count: number): Promise<boolean> => {
  const from = to.includes(':') ? 'fd00::1' : '10.1.0.1';
  const client = await DatagramClient.open(from, 2000 + Math.floor(Math.random() * 30_000));
  const data = Array.from({ length: count }, (_, i) => Buffer.alloc(bytes, i + 1));
  for (const one of data) client.send(one, PORT, to);
  let isRight = true;
  for (const one of data) {
    isRight &&= (await client.next()).equals(one);
    isRight &&= client.lastFrom?.address === to;
  }
  client.close();
  return isRight;
};

const found: Record<string, unknown> = {};
for (const [family, endpoint] of [
  ['IPv4', '10.1.0.1'],
  ['IPv6', 'fd00::2'],
] as const) {
  await engine.publish(tableWith(endpoint));
  const seen: boolean[] = [];
  for (const to of ADDRESSES)
    for (const [bytes, count] of [
      [0, 2],
      [1200, 20],
      [1473, 8],
      [9000, 6],
      [65_487, 1],
    ] as const)
      seen.push(await burst(to, bytes, count));
  found[family] = seen.filter((isRight) => !isRight).length;
}

// Every source port but a few is somebody else's.
await engine.publish(tableOf([], []));
await engine.publish(tableWith('10.1.0.1'));
const counts = () => ({
  none: engine.stats().closes.find(({ reason }) => reason === 'NoSourcePort')?.total ?? 0,
  failures: engine.stats().endpoints.find(({ address }) => address === '10.1.0.1')?.connectFailuresTotal ?? 0,
});
const holders: DatagramClient[] = [];
for (let port = FIRST_PORT; port < FIRST_PORT + PORTS; port++)
  holders.push(
    await DatagramClient.open('0.0.0.0', port).catch(() => DatagramClient.open('0.0.0.0', port + 5000)),
  );
const before = counts();
const client = await DatagramClient.open('10.1.0.1', 1999);
client.send('hello', PORT, '10.1.0.1');
await until('its session ends without a source port', () => counts().none > before.none, { seen: counts });
for (const holder of holders) holder.close();
found.afterwards = await client.ask('hello', PORT, '10.1.0.1');
found.blamed = counts().failures - before.failures;
client.close();
await engine.close();
for (const endpoint of endpoints) await endpoint.close();
process.stdout.write(JSON.stringify(found));
process.exit();
