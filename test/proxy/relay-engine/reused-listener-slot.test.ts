import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { howDialEnds } from '../relay/client.ts';
import { DatagramClient } from '../relay/datagram-sockets.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { limitsFor, oneBackend, tableBackend, tableListener, tableOf } from '../tables.ts';
import { goOn, shakeHands, startQuicServer } from './quic-handshakes.ts';

/** Two tokens in one go, and the next ones after more time than the test takes. */
const RATE = { perSecond: 0.01, burst: 2 };

test('a listener in the slot of an earlier one inherits nothing of its limits', async () => {
  const endpoint = await startEndpoint(greet('hello'));
  const [first, second] = (await freePorts(2)) as [number, number];
  const engine = await startEngine({ acceptors: 1, onEvent: () => undefined, countersKeptMs: 1 });
  const limits = limitsFor({ connectionRate: RATE, connectionRatePerSource: RATE });
  const publish = async (port: number, name: string): Promise<void> => {
    const table = oneBackend(port, endpoint.port);
    await engine.publish({ ...table, listeners: [tableListener(port, { name, limits })] });
  };
  const limitsOf = (name: string) => engine.stats().listeners.find((one) => one.name === name)?.limits;
  const statesOf = (name: string) => {
    const { limiting, topSources = [] } = limitsOf(name) ?? {};
    return { limiting, sources: topSources.map(({ connections }) => connections) };
  };
  try {
    await publish(first, 'old');
    for (let i = 0; i < 2; i++) assert.equal(await howDialEnds(first), 'end');
    assert.equal(await howDialEnds(first), 'ECONNRESET');
    await until('the refused connection is counted', () => statesOf('old').limiting === true);
    assert.deepEqual(statesOf('old').sources, [3]);
    await engine.publish({ ...oneBackend(second, endpoint.port), listeners: [] });
    await until('the slot is free', () => engine.stats().listeners.length === 0);
    await publish(second, 'new');
    assert.deepEqual(statesOf('new'), { limiting: false, sources: [] });
    for (let i = 0; i < 2; i++) assert.equal(await howDialEnds(second), 'end');
    assert.equal(await howDialEnds(second), 'ECONNRESET');
  } finally {
    await engine.close();
    await endpoint.close();
  }
});

test('a listener in the slot of an earlier one knows none of its connection IDs', async () => {
  const server = await startQuicServer('a');
  const [first, second] = (await freePorts(2)) as [number, number];
  const engine = await startEngine({ acceptors: 1, onEvent: () => undefined, countersKeptMs: 1 });
  const [client, stranger] = [await DatagramClient.open(), await DatagramClient.open()];
  const backend = tableBackend({ endpoints: [{ address: '127.0.0.1', port: server.port, weight: 1 }] });
  const stickiness = { serverId: { offset: 0, length: 1 } };
  const publish = async (port: number, name: string): Promise<void> => {
    await engine.publish(tableOf([tableListener(port, { name, protocol: 'UDP', stickiness })], [backend]));
  };
  const happened = (name: string) =>
    engine
      .stats()
      .listeners.find((one) => one.name === name)
      ?.connectionIds?.filter(({ total }) => total > 0);
  try {
    await publish(first, 'old');
    const { id } = await shakeHands(client, first);
    assert.deepEqual(happened('old'), [{ event: 'Learned', total: 1 }]);
    await engine.publish(tableOf([], [backend]));
    await until('the slot is free', () => engine.stats().listeners.length === 0);
    await publish(second, 'new');
    assert.equal(await goOn(stranger, second, id), 'a');
    assert.deepEqual(happened('new'), [{ event: 'NotFound', total: 1 }]);
  } finally {
    for (const one of [client, stranger]) one.close();
    await engine.close();
    await server.close();
  }
});
