import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, readAll } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** More than an acceptor handles in one turn. */
const CLIENTS = 900;
const BATCH = 50;

const hasEnded = (client: Socket): boolean => client.closed || client.readableEnded;

/** The next chunk from the proxy; undefined at the end of the stream. */
const answer = (client: Socket): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  if (hasEnded(client)) resolve(undefined);
  client.once('data', (bytes: Buffer) => resolve(bytes.toString()));
  client.once('end', () => resolve(undefined));
  client.once('close', () => resolve(undefined));
  return promise;
};

test('connections used while the process was stopped for longer than the idle timeout are not idle', async () => {
  const endpoint = await startEndpoint(echo);
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'l', port, backend: 'b', idle: '3s' }],
      backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    },
    { env: { NUM_ACCEPTORS: '1' } },
  );
  let clients: Socket[] = [];
  const dial = async (): Promise<Socket> => {
    const client = await dialClient(port);
    client.on('error', () => undefined); // a reset would be wrong, and is noticed as an end
    return client;
  };
  try {
    const say = (word: string) =>
      Promise.all(
        clients.map((client) => {
          client.write(word);
          return answer(client);
        }),
      );
    // On a slow machine the first ones may be idle before the last one is connected: those connect again.
    await proxy.until('full', async () => {
      for (const client of clients) if (hasEnded(client)) client.destroy();
      clients = clients.filter((client) => !hasEnded(client));
      while (clients.length < CLIENTS)
        clients.push(...(await Promise.all(Array.from({ length: BATCH }, dial))));
      return (await say('before')).every((said) => said === 'before');
    });
    proxy.process.kill('SIGSTOP');
    const answers = say('meanwhile');
    await new Promise((resolve) => setTimeout(resolve, 3500)); // this test is about time that passes
    proxy.process.kill('SIGCONT');
    const lost = (await answers).filter((one) => one !== 'meanwhile');
    assert.equal(lost.length, 0);
  } finally {
    for (const client of clients) client.destroy();
    proxy.process.kill('SIGCONT');
    await proxy.stop();
    await endpoint.close();
  }
});

test('a client gets a complete answer, even if its own bytes were refused before the proxy saw the end of the answer', async () => {
  const { promise: arrived, resolve } = Promise.withResolvers<Socket>();
  const endpoint = await startEndpoint(resolve);
  const [port] = await freePorts(1);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'l', port, backend: 'b' }],
    backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
  const client = await dialClient(port);
  try {
    client.write('request');
    const socket = await arrived;
    await once(socket, 'data');
    proxy.process.kill('SIGSTOP');
    // Before the answer, so that it is handled first, and more than the kernel buffers, so that it must be
    // read to the end.
    const sent = new Promise((resolve) => client.write(Buffer.alloc(32 * 1024 * 1024), resolve));
    socket.end('answer');
    await once(socket, 'finish');
    socket.destroy();
    await once(socket, 'close');
    const answer = readAll(client);
    proxy.process.kill('SIGCONT');
    assert.equal((await answer).toString(), 'answer');
    assert.equal(await sent, null);
    client.end();
    await proxy.until('ended', async () => (await proxy.open()) === 0);
    assert.equal(await proxy.metric('l4balancer_connections_closed_total', { reason: 'Finished' }), 1);
  } finally {
    client.destroy();
    proxy.process.kill('SIGCONT');
    await proxy.stop();
    await endpoint.close();
  }
});
