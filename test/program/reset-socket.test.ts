import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { resetSocket } from '../../program/reset-socket.ts';

/** Both ends of a local connection; the server's end stays half-open until it is ended. */
const pair = async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(address.port, '127.0.0.1');
  await once(client, 'connect');
  const [far] = await accepted;
  far.resume();
  server.close();
  return { client, far };
};

const descriptors = (): number => readdirSync('/proc/self/fd').length;

test('the peer of a reset connection sees a reset without an end of stream first', async () => {
  const { client, far } = await pair();
  const ends: string[] = [];
  far.on('end', () => ends.push('end'));
  const failed = once(far, 'error') as Promise<[NodeJS.ErrnoException]>;
  resetSocket(client);
  const [error] = await failed;
  assert.equal(error.code, 'ECONNRESET');
  assert.deepEqual(ends, []);
});

test('resetting a socket whose end is being sent closes it in order, including its descriptor', async () => {
  const before = descriptors();
  for (let i = 0; i < 20; i++) {
    const { client, far } = await pair();
    const closed = Promise.all([once(client, 'close'), once(far, 'close')]);
    client.end();
    resetSocket(client);
    far.end();
    await closed;
  }
  assert.ok(descriptors() <= before, `${descriptors()} descriptors, ${before} before`);
});
