import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { dialClient, readAll } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** More than an acceptor looks at in one turn. */
const CLIENTS = 900;
const BATCH = 50;

const hasEnded = (client: Socket): boolean => client.closed || client.readableEnded;

/** What comes next from the proxy; undefined where it is the end. */
const answer = (client: Socket): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  if (hasEnded(client)) resolve(undefined);
  client.once('data', (bytes: Buffer) => resolve(bytes.toString()));
  client.once('end', () => resolve(undefined));
  client.once('close', () => resolve(undefined));
  return promise;
};

test('connections that were used while the whole process stood still longer than the idle timeout are not idle', async () => {
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
    client.on('error', () => undefined); // a reset is what would be wrong, and is seen as an end
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
    // On a machine that is slow the first ones may be idle before the last one is connected: those are dialed again.
    await proxy.until('full', async () => {
      for (const client of clients) if (hasEnded(client)) client.destroy();
      clients = clients.filter((client) => !hasEnded(client));
      while (clients.length < CLIENTS)
        clients.push(...(await Promise.all(Array.from({ length: BATCH }, dial))));
      return (await say('before')).every((said) => said === 'before');
    });
    proxy.process.kill('SIGSTOP');
    const answers = say('meanwhile');
    await new Promise((resolve) => setTimeout(resolve, 3500)); // the time that passes is what this is about
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

test('an answer that is complete is the client’s, also when the client’s bytes were refused before the proxy saw its end', async () => {
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
    // Before the answer, so that it is looked at first; and more than the kernel keeps, so that it must be read to the end.
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
