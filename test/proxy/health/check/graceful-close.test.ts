import assert from 'node:assert/strict';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { createAuthority } from '../../../../cluster/access/certificates.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { checkPort, GRPC, HTTP, listening, TCP, TLS } from './servers.ts';

/**
 * A server that reports how each connection ended: in order, or with the error that the endpoint would log.
 */
const watching = async (
  behave: (socket: net.Socket) => void,
  allowHalfOpen = true,
): Promise<{ readonly port: number; readonly ended: () => Promise<readonly string[]> }> => {
  const over: string[][] = [];
  let notify = (): void => {};
  const server = net.createServer({ allowHalfOpen }, (socket) => {
    const seen: string[] = [];
    socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? error.message));
    socket.once('end', () => seen.push('in order'));
    socket.once('close', () => {
      over.push(seen);
      notify();
    });
    behave(socket);
  });
  return {
    port: await listening(server),
    async ended() {
      if (over.length === 0)
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      return over.shift() ?? [];
    },
  };
};

const BOUNDED = { timeout: 100_000 };
const GREETING = Buffer.from('220 mail.example ready\r\n');
const endWithClient = (socket: net.Socket): void => {
  socket.once('end', () => socket.end());
};
const ENDPOINTS: readonly { readonly name: string; readonly behave: (socket: net.Socket) => void }[] = [
  {
    name: 'that waits for the client to speak, as PostgreSQL does',
    behave: (socket) => endWithClient(socket.resume()),
  },
  {
    name: 'that sends a greeting at once',
    behave: (socket) => {
      socket.write(GREETING);
      endWithClient(socket.resume());
    },
  },
  {
    name: 'that sends a greeting at once and closes later than a check waits',
    behave: (socket) => {
      socket.write(GREETING);
      socket.resume().once('end', () => setTimeout(() => socket.end(), 200));
    },
  },
];
for (const { name, behave } of ENDPOINTS)
  test(`a TCP check of an endpoint ${name} closes the connection in order`, BOUNDED, async () => {
    const { port, ended } = await watching(behave);
    for (let i = 0; i < 5; i++) {
      assert.deepEqual(await checkPort(port, TCP), { ok: true });
      assert.deepEqual(await ended(), ['in order']);
    }
  });

test(
  'a TCP check of an endpoint that sends a greeting late closes the connection in order',
  BOUNDED,
  async () => {
    const { port, ended } = await watching((socket) => {
      socket.resume().once('end', () =>
        setTimeout(() => {
          socket.write(GREETING);
          // The second write fails if the first one is answered with a reset.
          setTimeout(() => socket.end(GREETING), 20);
        }, 20),
      );
    });
    let seen: readonly string[] = [];
    // On a busy machine, an endpoint may be later than a check waits. One that does not wait closes none so.
    await until(
      'a connection is closed in order',
      async () => {
        assert.deepEqual(await checkPort(port, TCP), { ok: true });
        seen = await ended();
        return seen.join() === 'in order';
      },
      { seen: () => seen },
    );
  },
);

test('a TCP check of an endpoint that keeps its side open succeeds nevertheless', BOUNDED, async () => {
  const port = await listening(net.createServer({ allowHalfOpen: true }, (socket) => socket.resume()));
  assert.deepEqual(await checkPort(port, TCP), { ok: true });
});

for (const [name, body] of [
  ['a short body', 'fine'],
  ['a body of several packets', 'x'.repeat(50_000)],
] as const)
  test(`an HTTP check that is answered with ${name} closes the connection in order`, BOUNDED, async () => {
    const { port, ended } = await watching((socket) =>
      socket.once('data', () =>
        socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
      ),
    );
    for (let i = 0; i < 5; i++) {
      assert.deepEqual(await checkPort(port, HTTP), { ok: true });
      assert.deepEqual(await ended(), ['in order']);
    }
  });

test(
  'an HTTP check that is answered with a long body resets the connection instead of reading all of it',
  BOUNDED,
  async () => {
    const { port, ended } = await watching((socket) =>
      socket.once('data', () => {
        socket.on('error', () => {});
        // Longer than a check reads, and never complete.
        socket.write(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(200_000)}`);
      }),
    );
    assert.deepEqual(await checkPort(port, HTTP), { ok: true });
    assert.deepEqual(await ended(), ['ECONNRESET']);
  },
);

const { certificate: cert, key } = createAuthority('throwaway').issue({ commonName: 'endpoint' });
const serving = http2.createServer();
serving.on('stream', (stream: http2.ServerHttp2Stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(Buffer.from([0, 0, 0, 0, 2, 8, 1]));
});

/** Servers of protocols above TCP; the connection below them is watched. */
const SERVERS = [
  ['a TLS check', TLS, tls.createServer({ cert, key }, (socket) => socket.resume())],
  [
    'an HTTPS check',
    { ...HTTP, tls: true },
    https.createServer({ cert, key }, (_, answer) => answer.end('fine')),
  ],
  ['a gRPC check', GRPC, serving],
] as const;
for (const [name, kind, server] of SERVERS)
  test(`${name} closes the connection in order`, BOUNDED, async () => {
    const errors: string[] = [];
    server.on('tlsClientError', ({ message }) => errors.push(message));
    server.on('sessionError', ({ message }) => errors.push(message));
    server.on('clientError', ({ message }) => errors.push(message));
    const { port, ended } = await watching((socket) => {
      server.emit('connection', socket);
    }, false);
    for (let i = 0; i < 5; i++) {
      assert.deepEqual(await checkPort(port, kind), { ok: true });
      assert.deepEqual(
        (await ended()).filter((end) => end !== 'in order'),
        [],
      );
    }
    assert.deepEqual(errors, []);
  });
