import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../scripts/process/free-ports.ts';
import { dialClient } from './client.ts';
import { echo, startEndpoint } from './endpoint-server.ts';
import { ProxyProcess } from './proxy-process.ts';

/** More than an acceptor looks at in one turn. */
const CLIENTS = 900;

/** What comes next from the proxy; undefined where it is the end. */
const answer = (client: Socket): Promise<string | undefined> => {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  client.once('data', (bytes: Buffer) => resolve(bytes.toString()));
  client.once('close', () => resolve(undefined));
  return promise;
};

test('connections that were used while the whole process stood still longer than the idle timeout are not idle', async () => {
  const endpoint = await startEndpoint(echo);
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start(
    {
      listeners: [{ name: 'l', port, backend: 'b', idle: '1s' }],
      backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
    },
    { env: { NUM_ACCEPTORS: '1' } },
  );
  const clients: Socket[] = [];
  try {
    for (let i = 0; i < CLIENTS; i++) {
      const client = await dialClient(port);
      client.on('error', () => undefined); // a reset is what would be wrong, and is seen as an end
      clients.push(client);
    }
    const say = (word: string) =>
      Promise.all(
        clients.map((client) => {
          client.write(word);
          return answer(client);
        }),
      );
    await say('before');
    proxy.process.kill('SIGSTOP');
    const answers = say('meanwhile');
    await new Promise((resolve) => setTimeout(resolve, 1500)); // the time that passes is what this is about
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
