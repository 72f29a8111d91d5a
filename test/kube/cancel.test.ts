import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createServer as createSecure } from 'node:tls';
import { createAuthority } from '../../cluster/access/certificates.ts';
import { openTransport } from '../../kube/connect.ts';
import { TransportError } from '../../kube/errors.ts';
import type { Transport } from '../../kube/transport.ts';
import { until } from '../../tooling/wait/until.ts';

const authority = createAuthority('give-up');
const identity = authority.issue({ commonName: 'server', altNames: ['127.0.0.1'] });

const listening = async (t: TestContext, server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return address.port;
};

/** A server that answers only on demand, behind a proxy that records how connections end. */
const start = async (t: TestContext, scheme: 'http' | 'https') => {
  const seen = new EventEmitter();
  const requests: string[] = [];
  const open: Socket[] = [];
  const accepted: Socket[] = [];
  const onConnection = (socket: Socket) => {
    open.push(socket);
    accepted.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      requests.push(String(chunk).split('\r\n', 1)[0] ?? '');
      seen.emit('request');
    });
  };
  const options = { cert: identity.certificate, key: identity.key };
  const serverPort = await listening(
    t,
    scheme === 'http' ? createServer(onConnection) : createSecure(options, onConnection),
  );
  const proxy = createServer((client) => {
    const server = connect(serverPort, '127.0.0.1').on('error', () => {});
    open.push(client, server);
    client.on('error', (error: NodeJS.ErrnoException) => seen.emit('ended', error.code));
    client.on('end', () => seen.emit('ended', 'in order'));
    client.pipe(server).pipe(client);
  });
  const port = await listening(t, proxy);
  const transport: Transport = openTransport(
    {
      server: `${scheme}://127.0.0.1:${port}`,
      current: async () => ({ headers: {}, tls: { ca: authority.certificate } }),
      forget: () => {},
    },
    'test',
    () => 0,
  );
  t.after(async () => {
    await transport.close();
    for (const socket of open) socket.destroy();
  });
  const answer = () => {
    for (const socket of accepted) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
  };
  const endAll = () => {
    for (const socket of accepted) socket.end();
  };
  return { transport, seen, requests, answer, endAll };
};

for (const scheme of ['http', 'https'] as const) {
  test(`a cancelled request resets its connection (${scheme}), so that none of it is delivered later`, async (t) => {
    const { transport, seen } = await start(t, scheme);
    const giveUp = new AbortController();
    const call = transport.request({ method: 'PATCH', path: '/x', body: {}, signal: giveUp.signal });
    await once(seen, 'request');
    const ended = once(seen, 'ended');
    giveUp.abort();
    await assert.rejects(call, (error) => error instanceof TransportError && error.code === 'Stopped');
    assert.deepEqual(await ended, ['ECONNRESET']);
  });

  test(`closing a transport resets pending requests (${scheme})`, async (t) => {
    const { transport, seen } = await start(t, scheme);
    const call = transport.request({ method: 'PATCH', path: '/x', body: {} });
    await once(seen, 'request');
    const ended = once(seen, 'ended');
    await Promise.all([assert.rejects(call), transport.close()]);
    assert.deepEqual(await ended, ['ECONNRESET']);
  });
}

for (const scheme of ['http', 'https'] as const)
  test(`a connection that the server ends is closed (${scheme}), including its descriptor`, async (t) => {
    const { transport, seen, answer, endAll } = await start(t, scheme);
    const handles = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
    const before = handles();
    const call = transport.request({ method: 'GET', path: '/x' });
    await once(seen, 'request');
    answer();
    await call;
    const ended = once(seen, 'ended');
    endAll();
    await ended;
    await until('its socket is closed', () => handles() <= before, { everyMs: 0, seen: handles });
  });

test('a request that may not be sent any more is not sent, and fails with that reason', async (t) => {
  const { transport, requests } = await start(t, 'http');
  const call = transport.request({ method: 'PATCH', path: '/x', body: {}, maySend: () => false });
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof TransportError);
    assert.equal(error.code, 'Stopped');
    assert.match(error.message, /PATCH \/x: .*the caller cancelled it before it was sent/);
    return true;
  });
  assert.deepEqual(requests, []);
});

test('maySend is called when a connection is free, not when the call is made', async (t) => {
  const { transport, requests, answer } = await start(t, 'http');
  let mayBeSent = true;
  const busy = Array.from({ length: 32 }, () => transport.request({ method: 'GET', path: '/busy' }));
  await until('32 requests are sent', () => requests.length >= 32, { everyMs: 0, seen: () => requests });
  const waiting = transport.request({ method: 'PATCH', path: '/x', body: {}, maySend: () => mayBeSent });
  const refused = assert.rejects(waiting, TransportError);
  mayBeSent = false;
  answer();
  await Promise.all(busy);
  await refused;
  assert.deepEqual(new Set(requests), new Set(['GET /busy HTTP/1.1']));
});
