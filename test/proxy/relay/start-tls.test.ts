import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { StartTls } from '../../../proxy/start-tls/openings.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { endWithThis } from '../../end-with-this.ts';
import { hello } from '../tls/hellos.ts';
import { type AccessLine, accessLines, lineOfClient } from './access-lines.ts';
import { SCRIPTS, startClearServer } from './clear-server.ts';
import { dialClient, howItEnded, readAll } from './client.ts';
import { type EndpointServer, startEndpoint } from './endpoint-server.ts';
import { type ListenerInput, ProxyProcess } from './proxy-process.ts';

const PROTOCOLS = Object.keys(SCRIPTS) as StartTls[];
const NAMES = {
  MySQL: 'mysql',
  PostgreSQL: 'postgres',
  SMTP: 'smtp',
  IMAP: 'imap',
  LDAP: 'ldap',
  XMPP: 'xmpp',
};
const WITHIN_MS = 20_000;

let proxy: ProxyProcess;
let ports: Readonly<Record<StartTls | 'Retried' | 'Slow', number>>;
const servers: EndpointServer[] = [];

const backend = (name: string, ...endpoints: readonly EndpointServer[]) => ({
  name,
  endpoints: endpoints.map(({ port }) => ({ address: '127.0.0.1', port })),
});

before(async () => {
  const free = await freePorts(PROTOCOLS.length + 2);
  ports = Object.fromEntries(
    [...PROTOCOLS, 'Retried', 'Slow'].map((name, i) => [name, free[i]]),
  ) as typeof ports;
  const started = async (server: Promise<EndpointServer>): Promise<EndpointServer> => {
    const one = await server;
    servers.push(one);
    return one;
  };
  const backends = [];
  for (const protocol of PROTOCOLS) {
    const name = NAMES[protocol];
    backends.push(backend(`${name}-db`, await started(startClearServer(protocol, 'db'))));
    backends.push(backend(`${name}-other`, await started(startClearServer(protocol, 'other'))));
  }
  const declines = await started(startEndpoint((socket) => socket.once('data', () => socket.write('N'))));
  const silent = await started(startEndpoint((socket) => socket.resume()));
  const accepts = await started(startClearServer('PostgreSQL', 'last'));
  const listener = (
    name: string,
    port: number,
    startTls: StartTls,
    db: string,
    other?: string,
  ): ListenerInput => ({
    name,
    port,
    ...(other === undefined ? {} : { backend: other }),
    tls: { mode: 'Passthrough', startTls, routes: [{ hostnames: ['db.example.com'], backend: db }] },
  });
  proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: [
      ...PROTOCOLS.map((protocol) => {
        const name = NAMES[protocol];
        return listener(name, ports[protocol], protocol, `${name}-db`, `${name}-other`);
      }),
      listener('retried', ports.Retried, 'PostgreSQL', 'retried'),
      { ...listener('slow', ports.Slow, 'SMTP', 'smtp-db'), handshake: '300ms' },
    ],
    backends: [
      ...backends,
      {
        ...backend('retried', declines, silent, accepts),
        connect: { timeout: '300ms', retries: 2, retryBudgetPercent: 100 },
      },
    ],
  });
});

after(async () => {
  await proxy?.stop();
  for (const server of servers) await server.close();
});

/** What openssl's client prints that asks for TLS in the way of a protocol. */
const sClient = async (protocol: StartTls, port: number, name?: string): Promise<string> => {
  const child = spawn(
    'openssl',
    [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', NAMES[protocol], '-ign_eof'],
      ...(name === undefined ? ['-noservername'] : ['-servername', name]),
      ...(protocol === 'XMPP' ? ['-name', name ?? 'any.example'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: WITHIN_MS },
  );
  endWithThis(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  await once(child, 'close');
  return output;
};

for (const protocol of PROTOCOLS)
  for (const [name, server] of [
    ['db.example.com', 'db'],
    ['x.example', 'other'],
    [undefined, 'other'],
  ] as const)
    test(`${protocol}: a client that asks for ${name ?? 'no name'} after STARTTLS reaches ${server}`, async () => {
      const output = await sClient(protocol, ports[protocol], name);
      assert.match(output, new RegExp(`served by ${server} as ${name ?? 'nobody'}\n`));
    });

test('an endpoint that declines TLS, or does not answer, is a failed attempt, and the next one is tried', async () => {
  for (let i = 0; i < 3; i++)
    assert.match(await sClient('PostgreSQL', ports.Retried, 'db.example.com'), /served by last/);
  const failures = (failure: string): Promise<number> =>
    proxy.metric('l4balancer_backend_connect_failures_total', { backend: 'retried', failure });
  assert.ok((await failures('NoStartTls')) > 0);
  assert.ok((await failures('TimedOut')) > 0);
});

/** Sends what a client says in the clear, and returns the answer and the line of the log. */
const converse = async (
  port: number,
  text: string,
): Promise<{ readonly answer: string; readonly line: AccessLine }> => {
  const before = accessLines(proxy).length;
  const socket = await dialClient(port);
  const client = `127.0.0.1:${(socket.address() as AddressInfo).port}`;
  const all = readAll(socket).catch(() => Buffer.alloc(0));
  socket.write(text, 'latin1');
  const answer = (await all).toString('latin1');
  socket.destroy();
  return { answer, line: await lineOfClient(proxy, client, before) };
};

test('a client that goes on without TLS is told so, and the log says StartTlsMissing', async () => {
  const startup = '\0\0\0\x11\0\x03\0\0user\0me\0\0';
  const { answer, line } = await converse(ports.PostgreSQL, startup);
  assert.match(answer, /TLS is required/);
  assert.equal(line.reason, 'StartTlsMissing');
  const quit = await converse(ports.SMTP, 'QUIT\r\n');
  assert.equal(quit.answer, '220 l4balancer ESMTP\r\n221 2.0.0 Bye\r\n');
  assert.equal(quit.line.reason, 'StartTlsMissing');
});

test('what a client sends in the clear behind STARTTLS reaches no endpoint', async () => {
  for (const [port, text] of [
    [ports.SMTP, 'EHLO a\r\nSTARTTLS\r\nMAIL FROM:<a@b>\r\n'],
    [ports.IMAP, 'a STARTTLS\r\nb LOGIN me secret\r\n'],
    [ports.PostgreSQL, '\0\0\0\x08\x04\xd2\x16\x2fQ\0\0\0\x0dselect 1\0'],
  ] as const) {
    const { line } = await converse(port, text);
    assert.equal(line.reason, 'StartTlsMalformed');
    assert.equal(line.endpoint, undefined);
  }
});

test('a client that is answered again and again without asking for TLS is reset', async () => {
  const { line } = await converse(ports.SMTP, 'NOOP\r\n'.repeat(50));
  assert.equal(line.reason, 'StartTlsMalformed');
});

test('a client that does not come to TLS in time is reset', async () => {
  const socket = await dialClient(ports.Slow);
  const how = howItEnded(socket);
  socket.write('EHLO a\r\n');
  assert.equal(await how, 'ECONNRESET');
  assert.ok(
    (await proxy.metric('l4balancer_connections_closed_total', {
      listener: 'slow',
      reason: 'TlsHelloTooSlow',
    })) > 0,
  );
});

test('a client of PostgreSQL that begins with TLS at once has its endpoint begin so, too', async () => {
  const server = await startEndpoint((socket) => socket.pipe(socket));
  const [port = 0] = await freePorts(1);
  const direct = await ProxyProcess.start({
    listeners: [
      {
        name: 'direct',
        port,
        tls: {
          mode: 'Passthrough',
          startTls: 'PostgreSQL',
          routes: [{ alpn: ['postgresql'], backend: 'echo' }],
        },
      },
    ],
    backends: [backend('echo', server)],
  });
  try {
    const socket = await dialClient(port);
    const all = readAll(socket);
    const sent = hello({ alpn: ['postgresql'] });
    socket.end(sent);
    assert.ok((await all).equals(sent));
  } finally {
    await direct.stop();
    await server.close();
  }
});
