import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { resettingConnector } from '../../kube/resetting-connector.ts';
import { readReport } from '../../operator/proxy-reports/read-report.ts';
import { isConnectedToItself } from '../../program/self-connection.ts';
import type { CheckKind } from '../../proxy/configuration/health-policy.ts';
import { createCheck } from '../../proxy/health/check/check.ts';
import { startEngine } from '../../proxy/relay-engine/start.ts';
import { libc } from '../../proxy/sys/libc.ts';
import { accepts } from '../../scripts/run/loopback.ts';
import { tableBackend, tableListener, tableOf } from '../proxy/tables.ts';

// Runs in a network namespace that it configures with a single source port, which nothing listens on: what
// the kernel otherwise does once in 28,232 attempts it does on each attempt here. Prints how each part of the
// programs reacts.
const PORT = 45_000;
const LISTENER = 1080;
const ADDRESSES = ['127.0.0.1', '::1'] as const;
const signal = AbortSignal.timeout(30_000);

/** Verifies that the kernel really connects a socket to itself here. */
const control = async (host: string): Promise<boolean> => {
  const socket = connect({ host, port: PORT });
  await once(socket, 'connect');
  const isItself = isConnectedToItself(socket);
  socket.resetAndDestroy();
  await once(socket, 'close');
  return isItself;
};

const KINDS: readonly CheckKind[] = [
  { type: 'TCP' },
  { type: 'TLS', serverName: undefined },
  { type: 'HTTP', path: '/', expectedStatuses: [200], host: undefined, tls: false },
  { type: 'HTTP', path: '/', expectedStatuses: [200], host: undefined, tls: true },
  { type: 'GRPC', service: '' },
  { type: 'UDP', send: 'ping', expect: 'ping' },
];

const check = createCheck(libc());

const checks = async (address: string) => {
  const found: Record<string, string> = {};
  for (const kind of KINDS) {
    const result = await check({ address, port: PORT, timeoutMs: 5000, kind }, signal);
    found[kind.type === 'HTTP' && kind.tls ? 'HTTPS' : kind.type] = result.ok
      ? 'ok'
      : `${result.failure}: ${result.reason}`;
  }
  return found;
};

const errorOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);

/** The error of an API server client, with and without TLS. */
const apiServer = (protocol: 'http:' | 'https:', hostname: string): Promise<string> =>
  new Promise((resolve) => {
    const connector = resettingConnector({ timeout: 5000, signal, keepAliveInitialDelay: 1000 });
    connector({ hostname, host: hostname, protocol, port: String(PORT) }, (error, socket) => {
      socket?.destroy();
      resolve(error === null ? 'connected' : errorOf(error));
    });
  });

const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
// The range when the engine started must not matter: an administrator may change it at any time, also
// downwards.
await writeFile('/proc/sys/net/ipv4/ip_local_port_range', `${PORT} ${PORT}`);

/** How a client's connection ends, what it has read, and what the relay counts. */
const relayed = async (address: string) => {
  await engine.publish(
    tableOf(
      [tableListener(LISTENER)],
      [tableBackend({ endpoints: [{ address, port: PORT, weight: 1 }], retries: 0, name: 'b' })],
    ),
  );
  const client = connect({ port: LISTENER, host: '127.0.0.1', localPort: 20_000 });
  let read = '';
  client.on('data', (data: Buffer) => {
    read += data;
  });
  client.write('own bytes');
  const how = await new Promise((resolve) =>
    client
      .on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
      .on('end', () => resolve('end'))
      .once('data', () => resolve('data')),
  );
  client.destroy();
  const { closes, backends } = engine.stats();
  return {
    how,
    read,
    closes: closes.filter(({ total }) => total > 0).map(({ reason, total }) => `${reason} ${total}`),
    failures: backends[0]?.connectFailures
      .filter(({ total }) => total > 0)
      .map(({ failure, total }) => `${failure} ${total}`),
  };
};

/** Whether a server can listen on the port immediately afterwards. */
const listens = async (): Promise<boolean> => {
  const server = createServer().listen(PORT, '127.0.0.1');
  const listening = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.close();
  return listening;
};

const found = [];
for (const address of ADDRESSES)
  found.push({
    isReal: await control(address),
    checks: await checks(address),
    report: await readReport(address, PORT, signal).then(
      () => 'read',
      (error: Error) => error.message,
    ),
    apiServer: [await apiServer('http:', address), await apiServer('https:', address)],
    relayed: await relayed(address),
  });
const scripts = await accepts(PORT);
await engine.close();
process.stdout.write(JSON.stringify({ found, scripts, listens: await listens() }));
