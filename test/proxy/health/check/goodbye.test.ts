import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { checkPort, HTTP, listening, TCP } from './servers.ts';

/** How each connection ended as the endpoint sees it, once it is over: in order, or by the error that it would log. */
const watching = async (
  behave: (socket: net.Socket) => void,
): Promise<{ readonly port: number; readonly ended: () => Promise<readonly string[]> }> => {
  const over: string[][] = [];
  let tell = (): void => {};
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const seen: string[] = [];
    socket.on('error', (error: NodeJS.ErrnoException) => seen.push(error.code ?? error.message));
    socket.once('end', () => seen.push('in order'));
    socket.once('close', () => {
      over.push(seen);
      tell();
    });
    behave(socket);
  });
  return {
    port: await listening(server),
    async ended() {
      if (over.length === 0)
        await new Promise<void>((resolve) => {
          tell = resolve;
        });
      return over.shift() ?? [];
    },
  };
};

const BOUNDED = { timeout: 20_000 };
const GREETING = Buffer.from('220 mail.example ready\r\n');
const endWithClient = (socket: net.Socket): void => {
  socket.once('end', () => socket.end());
};
const ENDPOINTS: readonly { readonly name: string; readonly behave: (socket: net.Socket) => void }[] = [
  {
    name: 'that waits for its client, as PostgreSQL does',
    behave: (socket) => endWithClient(socket.resume()),
  },
  {
    name: 'that greets its client at once',
    behave: (socket) => {
      socket.write(GREETING);
      endWithClient(socket.resume());
    },
  },
  {
    name: 'that greets its client late',
    behave: (socket) => {
      socket.resume().once('end', () =>
        setTimeout(() => {
          socket.write(GREETING);
          socket.end();
        }, 20),
      );
    },
  },
];
for (const { name, behave } of ENDPOINTS)
  test(`a TCP check of an endpoint ${name} ends in order`, BOUNDED, async () => {
    const { port, ended } = await watching(behave);
    for (let i = 0; i < 5; i++) {
      assert.deepEqual(await checkPort(port, TCP), { ok: true });
      assert.deepEqual(await ended(), ['in order']);
    }
  });

test('a TCP check of an endpoint that keeps its side open has its result nevertheless', BOUNDED, async () => {
  const port = await listening(net.createServer({ allowHalfOpen: true }, (socket) => socket.resume()));
  assert.deepEqual(await checkPort(port, TCP), { ok: true });
});

for (const [name, body] of [
  ['a short body', 'fine'],
  ['a body of some packets', 'x'.repeat(50_000)],
] as const)
  test(`an HTTP check that is answered with ${name} ends in order`, BOUNDED, async () => {
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
