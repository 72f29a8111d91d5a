import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { Engine } from '../../../proxy/engine/engine.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, dialClient } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend, tableBackend, tableListener, tableOf } from '../tables.ts';

let engine: Engine;
before(async () => {
  const worker = new URL('./late-worker.ts', import.meta.url);
  engine = await startEngine({ acceptors: 1, worker, onEvent: () => undefined });
});
after(() => engine.close());

test('a client gets what an endpoint sent before a reset, even if all of it arrived before the proxy looked', async () => {
  const answer = randomBytes(20_000);
  const endpoint = await startEndpoint((socket: Socket) =>
    socket.write(answer, () => socket.resetAndDestroy()),
  );
  const [port] = (await freePorts(1)) as [number];
  await engine.publish(oneBackend(port, endpoint.port));
  const client = await dialClient(port);
  const got: Buffer[] = [];
  client.on('data', (data: Buffer) => got.push(data));
  const how = await new Promise((resolve) =>
    client.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code)).on('end', () => resolve('end')),
  );
  assert.ok(Buffer.concat(got).equals(answer), `${Buffer.concat(got).length} of ${answer.length} bytes`);
  assert.equal(how, 'ECONNRESET', 'a truncated stream must not look complete');
  await endpoint.close();
});

test('an answer before an orderly close is complete, even if the endpoint then refused more before the proxy looked', async () => {
  const endpoint = await startEndpoint((socket: Socket) => {
    socket.end('answer', () => socket.resetAndDestroy());
  });
  const [port] = (await freePorts(1)) as [number];
  await engine.publish(oneBackend(port, endpoint.port));
  assert.equal(await askOnce(port), 'answer');
  await endpoint.close();
});

test('another endpoint is tried when one resets without sending anything', async () => {
  const resetting = await startEndpoint((socket: Socket) => socket.resetAndDestroy());
  const greeting = await startEndpoint(greet('hello'));
  const [port] = (await freePorts(1)) as [number];
  const endpoints = [resetting, greeting].map((one) => ({ address: '127.0.0.1', port: one.port, weight: 1 }));
  await engine.publish(tableOf([tableListener(port)], [tableBackend({ endpoints, retries: 1 })]));
  assert.deepEqual([await askOnce(port), await askOnce(port)], ['hello', 'hello']);
  await Promise.all([resetting.close(), greeting.close()]);
});
