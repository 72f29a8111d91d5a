import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { checkPort, closedPort, listening, TCP } from './servers.ts';

test('a TCP check succeeds when the connection is accepted', async () => {
  assert.deepEqual(await checkPort(await listening(net.createServer()), TCP), { ok: true });
});

test('a TCP check over IPv6 succeeds', async () => {
  const port = await listening(net.createServer(), '::1');
  assert.deepEqual(await checkPort(port, TCP, { address: '::1' }), { ok: true });
});

test('a TCP check of a port on which no process listens fails because the connection is refused', async () => {
  assert.deepEqual(await checkPort(await closedPort(), TCP), {
    ok: false,
    failure: 'Refused',
    reason: 'connection refused',
  });
});

test('an answer that arrived in time counts, even if this process reads it too late', async () => {
  const port = await listening(net.createServer());
  const result = checkPort(port, TCP, { timeoutMs: 50 });
  const late = performance.now() + 150;
  while (performance.now() < late); // in the meantime the kernel accepts the connection
  assert.deepEqual(await result, { ok: true });
});
