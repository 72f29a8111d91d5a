import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runChild } from '../../../tooling/process/child.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { accessLines } from './access-lines.ts';
import { askOnce } from './client.ts';
import { startPostgres } from './database-servers.ts';
import { greet, startEndpoint } from './endpoint-server.ts';
import { type OtherProgram, startHaproxy, startProgram } from './other-proxy.ts';
import { ProxyProcess } from './proxy-process.ts';

/** Real servers, each behind this proxy, which is behind an HAProxy that sends a header of version 2. */
const SERVERS = ['redis', 'postgres', 'tls', 'greeting'] as const;
type Server = (typeof SERVERS)[number];
type Port = `${'server' | 'proxy' | 'haproxy'}-${Server}`;

let folder: string;
let proxy: ProxyProcess;
let ports: Readonly<Record<Port, number>>;
const running: { stop(): Promise<void> }[] = [];

const startTls = async (port: number): Promise<OtherProgram> => {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await runChild([
    ...(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] as const),
    ...['-nodes', '-subj', '/CN=a.example', '-keyout', key, '-out', certificate],
  ]);
  return startProgram(
    [
      'openssl',
      's_server',
      '-accept',
      `127.0.0.1:${port}`,
      '-key',
      key,
      '-cert',
      certificate,
      '-www',
      '-tls1_3',
    ],
    port,
  );
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l4b-clients-'));
  const names = (['server', 'proxy', 'haproxy'] as const).flatMap((kind) =>
    SERVERS.map((server): Port => `${kind}-${server}`),
  );
  const free = await freePorts(names.length);
  ports = Object.fromEntries(names.map((name, i) => [name, free[i]])) as Record<Port, number>;
  running.push(
    await startProgram(
      [
        'redis-server',
        '--port',
        String(ports['server-redis']),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--dir',
        folder,
      ],
      ports['server-redis'],
    ),
    await startPostgres(ports['server-postgres']),
    await startTls(ports['server-tls']),
  );
  const greeting = await startEndpoint(
    greet('220 mail.example ESMTP\r\n'),
    '127.0.0.1',
    ports['server-greeting'],
  );
  running.push({ stop: () => greeting.close() });
  proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: SERVERS.map((name) => ({
      name,
      port: ports[`proxy-${name}`],
      backend: name,
      proxyProtocol: { accept: 'V2', trustedSources: ['127.0.0.1'] },
    })),
    backends: SERVERS.map((name) => ({
      name,
      endpoints: [{ address: '127.0.0.1', port: ports[`server-${name}`] }],
    })),
  });
  const listen = (name: Server): string =>
    `listen ${name}\n  bind 127.0.0.1:${ports[`haproxy-${name}`]}\n  server s 127.0.0.1:${ports[`proxy-${name}`]} send-proxy-v2\n`;
  running.push(await startHaproxy(SERVERS.map(listen).join(''), ports['haproxy-redis']));
});

after(async () => {
  await proxy?.stop();
  for (const one of running) await one.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until a connection of the listener has ended that an endpoint had answered. */
const finished = (listener: Server): Promise<unknown> =>
  until(
    `a connection of ${listener} is in the log`,
    async () =>
      accessLines(proxy).some(
        (line) =>
          line.listener === listener &&
          Number(line.sentBytes) > 0 &&
          !/^ProxyHeader/.test(String(line.reason)),
      ),
    { seen: () => proxy.output },
  );

test('redis-cli works behind an HAProxy that sends a header of version 2', async () => {
  const cli = (...rest: readonly string[]) =>
    runChild(['redis-cli', '-p', String(ports['haproxy-redis']), ...rest]);
  assert.equal((await cli('set', 'key', 'value')).trim(), 'OK');
  assert.equal((await cli('get', 'key')).trim(), 'value');
  await finished('redis');
});

test('psql works behind an HAProxy that sends a header of version 2', async () => {
  const answer = await runChild([
    ...(['psql', '-h', '127.0.0.1', '-p', String(ports['haproxy-postgres']), '-U', 'tester'] as const),
    ...['-d', 'postgres', '-At', '-c', 'select sum(n) from generate_series(1, 100000) n'],
  ]);
  assert.equal(answer.trim(), '5000050000');
  await finished('postgres');
});

test('TLS 1.3 works behind an HAProxy that sends a header of version 2', async () => {
  const answer = await runChild([
    ...(['curl', '-sS', '-k', '--tlsv1.3', '--max-time', '30'] as const),
    `https://127.0.0.1:${ports['haproxy-tls']}/`,
  ]);
  assert.match(answer, /TLSv1\.3/);
  await finished('tls');
});

test('a server that speaks first is heard behind an HAProxy that sends a header of version 2', async () => {
  assert.equal(await askOnce(ports['haproxy-greeting']), '220 mail.example ESMTP\r\n');
  await finished('greeting');
});
