import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { StartEngine } from '../../../../proxy/engine/kind.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { askOnce } from '../../relay/client.ts';
import {
  DatagramClient,
  type DatagramEndpoint,
  echoDatagrams,
  nameItself,
  startDatagramEndpoint,
} from '../../relay/datagram-sockets.ts';
import { greet } from '../../relay/endpoint-server.ts';
import { tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

const CLIENTS = 24;
const RELOADS = 20;

/** An engine with datagram endpoints and clients, which are closed when the test ends. */
const datagramBench = async (t: TestContext, start: StartEngine) => {
  const bench = await engineBench(t, start);
  const open: { close(): unknown }[] = [];
  t.after(async () => {
    for (const one of open) await one.close();
  });
  return {
    ...bench,
    udp: (change = {}) => tableListener(bench.ports[0], { protocol: 'UDP', ...change }),
    server: async (...all: Parameters<typeof startDatagramEndpoint>): Promise<DatagramEndpoint> => {
      const server = await startDatagramEndpoint(...all);
      open.push(server);
      return server;
    },
    client: async (...all: Parameters<typeof DatagramClient.open>): Promise<DatagramClient> => {
      const client = await DatagramClient.open(...all);
      open.push(client);
      return client;
    },
  };
};

/** UDP listeners: sessions between clients and endpoints. */
export const DATAGRAMS: readonly Part[] = [
  {
    name: 'the datagrams of many clients are answered by their endpoints, each to its own client',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      const servers = [await server(echoDatagrams), await server(echoDatagrams)];
      assert.deepEqual(await engine.publish(tableOf([udp()], [backendAt(servers)])), []);
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => client()));
      await Promise.all(
        clients.map(async (one, index) => {
          for (const text of [`${index} first`, `${index} second`])
            assert.equal(await one.ask(text, ports[0]), text);
        }),
      );
      const [listener] = engine.stats().listeners;
      assert.equal(listener?.openConnections, CLIENTS);
      assert.equal(listener?.acceptedTotal, CLIENTS);
      for (const { received } of servers) assert.ok(received() >= CLIENTS, 'round robin over sessions');
    },
  },
  {
    name: 'a TCP and a UDP listener share a port number',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client, endpoint } = await datagramBench(t, start);
      const [port] = ports;
      const backends = [
        backendAt([await endpoint(greet('stream'))], { name: 'streams' }),
        backendAt([await server(nameItself('datagram'))], { name: 'datagrams' }),
      ];
      const listeners = [
        tableListener(port, { name: 'tcp', backend: 'streams' }),
        udp({ name: 'udp', backend: 'datagrams' }),
      ];
      assert.deepEqual(await engine.publish(tableOf(listeners, backends)), []);
      assert.equal(await askOnce(port), 'stream');
      assert.equal(await (await client()).ask('?', port), 'datagram');
    },
  },
  {
    name: 'a session moves to another endpoint when its endpoint is removed, and the others stay',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      const [one, two] = [await server(nameItself('one')), await server(nameItself('two'))];
      await engine.publish(tableOf([udp()], [backendAt([one, two])]));
      const clients = [await client(), await client()];
      const before = [await clients[0]?.ask('?', ports[0]), await clients[1]?.ask('?', ports[0])];
      assert.deepEqual(before.toSorted(), ['one', 'two']);
      await engine.publish(tableOf([udp()], [backendAt([two])]));
      for (const each of clients) assert.equal(await each.ask('?', ports[0]), 'two');
      const { listeners, endpoints } = engine.stats();
      assert.equal(listeners[0]?.acceptedTotal, 2, 'a session that moves is the same session');
      assert.deepEqual(endpoints.map(({ port, openConnections }) => [port, openConnections]).slice(0, 1), [
        [two.port, 2],
      ]);
    },
  },
  {
    name: 'a session whose endpoint refuses its datagrams moves to another endpoint, and the failure counts',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      const [dead, alive] = [await server(nameItself('dead')), await server(nameItself('alive'))];
      await dead.close();
      await engine.publish(tableOf([udp()], [backendAt([dead, alive])]));
      const clients = await Promise.all(Array.from({ length: 4 }, () => client()));
      for (const one of clients) assert.equal(await one.ask('?', ports[0]), 'alive');
      const { endpoints, backends } = engine.stats();
      assert.ok((endpoints[0]?.connectFailuresTotal ?? 0) >= 1);
      assert.equal(endpoints[1]?.consecutiveFailures, 0);
      const refused = backends[0]?.connectFailures.find(({ failure }) => failure === 'Refused');
      assert.equal(refused?.total, endpoints[0]?.connectFailuresTotal);
    },
  },
  {
    name: 'a silent session ends in order after the idle timeout of its listener',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      await engine.publish(tableOf([udp({ idleMs: 100 })], [backendAt([await server(echoDatagrams)])]));
      await (await client()).ask('hello', ports[0]);
      await until('it has ended', () => engine.stats().listeners[0]?.openConnections === 0);
      const { closes, receivedBytes, sentBytes, datagrams } = engine.stats().listeners[0] ?? {};
      const ended = closes?.filter(({ total }) => total > 0).map(({ reason, total }) => [reason, total]);
      assert.deepEqual(ended, [['SessionIdle', 1]]);
      assert.equal(receivedBytes, sentBytes);
      assert.ok(datagrams !== undefined && datagrams.received >= 1);
      assert.equal(datagrams.sent, datagrams.received);
      // Closed a moment after it was counted as ended.
      await until('its descriptor is closed', () => engine.stats().descriptors.held === 0);
    },
  },
  {
    name: 'without an endpoint, datagrams are dropped and counted',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, client } = await datagramBench(t, start);
      await engine.publish(tableOf([udp()], [backendAt([])]));
      (await client()).send('anyone?', ports[0]);
      const dropped = () =>
        engine.stats().listeners[0]?.datagrams?.dropped.filter(({ total }) => total > 0) ?? [];
      await until('it is dropped', () => dropped().length > 0);
      assert.deepEqual(dropped(), [{ cause: 'NoEndpoint', total: 1 }]);
    },
  },
  {
    name: 'reloads, and a listener that leaves and comes back, lose neither a session nor a datagram',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      const servers = [await server(echoDatagrams), await server(echoDatagrams)];
      const table = tableOf([udp()], [backendAt(servers)]);
      await engine.publish(table);
      const clients = await Promise.all(Array.from({ length: 4 }, () => client()));
      let reloads = 0;
      const talk = async (one: DatagramClient, index: number): Promise<number> => {
        let sent = 0;
        for (; reloads < RELOADS || sent < 50; sent++) {
          const text = `${index}: ${sent}`;
          one.send(text, ports[0]);
          // Sent once only: a lost datagram is never answered.
          assert.equal((await one.next()).toString(), text);
        }
        return sent;
      };
      // A listener that leaves takes no new clients.
      for (const one of clients) {
        one.send('first', ports[0]);
        await one.next();
      }
      const talking = Promise.all(clients.map(talk));
      for (; reloads < RELOADS; reloads++) {
        const listeners = reloads % 3 === 0 ? [] : [udp({ idleMs: 60_000 + reloads })];
        await engine.publish({ ...table, listeners: [...listeners, tableListener(ports[1], { name: 'm' })] });
        await engine.publish({ ...table, backends: [backendAt(servers, { retries: reloads })] });
      }
      const sent = await talking;
      const { acceptedTotal, datagrams } = engine.stats().listeners[0] ?? {};
      assert.equal(acceptedTotal, clients.length);
      const total = sent.reduce((sum, each) => sum + each, clients.length);
      assert.deepEqual([datagrams?.received, datagrams?.sent], [total, total]);
    },
  },
  {
    name: 'a removed listener serves its sessions until they are idle, takes no new ones, and is closed then',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      const table = tableOf([udp({ idleMs: 1500 })], [backendAt([await server(echoDatagrams)])]);
      await engine.publish(table);
      const [early, late] = [await client(), await client()];
      await early.ask('hello', ports[0]);
      await engine.publish({ ...table, listeners: [], backends: [] });
      assert.equal(await early.ask('still here', ports[0]), 'still here');
      late.send('me too', ports[0]);
      const refused = () =>
        engine.stats().listeners[0]?.datagrams?.dropped.find(({ cause }) => cause === 'ListenerLeaving');
      await until('the new client is refused', () => refused()?.total === 1, { seen: refused });
      await until('its session has ended', () => engine.openConnections() === 0);
      // Bound without sharing the port: that fails as long as the engine has it.
      const successor = await until('the port is free', () =>
        client('0.0.0.0', ports[0]).catch(() => false as const),
      );
      assert.ok(successor);
      assert.deepEqual(late.answers, []);
    },
  },
  {
    name: 'while it stops, idle sessions end in order, and those in use at the end',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, close, ports, udp, server, client } = await datagramBench(t, start);
      await engine.publish(tableOf([udp()], [backendAt([await server(echoDatagrams)])]));
      const [idle, busy] = [await client(), await client()];
      for (const one of [idle, busy]) await one.ask('hello', ports[0]);
      await engine.stopAccepting();
      engine.drainWithin(1500);
      await until('the idle one has ended', async () => {
        assert.equal(await busy.ask('busy', ports[0]), 'busy');
        return engine.openConnections() === 1;
      });
      const ended = () =>
        engine
          .stats()
          .closes.filter(({ total }) => total > 0)
          .map(({ reason, total }) => [reason, total]);
      assert.deepEqual(ended(), [['Drained', 1]]);
      await close();
      assert.deepEqual(ended(), [
        ['Drained', 1],
        ['Stopped', 1],
      ]);
    },
  },
  {
    name: 'clients of both families are answered from the address that they wrote to',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      await engine.publish(tableOf([udp()], [backendAt([await server(echoDatagrams)])]));
      for (const [from, to] of [
        ['127.0.0.1', '127.0.0.1'],
        ['127.0.0.1', '127.0.0.9'],
        ['127.0.0.5', '127.1.2.3'],
        ['::1', '::1'],
      ] as const) {
        const one = await client(from);
        assert.equal(await one.ask('hello', ports[0], to), 'hello');
        assert.deepEqual([one.lastFrom?.address, one.lastFrom?.port], [to, ports[0]]);
      }
    },
  },
  {
    name: 'datagrams of every size come back as they were, from none to 65,507 bytes',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      await engine.publish(tableOf([udp()], [backendAt([await server(echoDatagrams)])]));
      const one = await client();
      for (const bytes of [0, 1, 1472, 1473, 9000, 32_767, 65_507, 0, 5]) {
        const data = Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 13 + bytes) & 255));
        one.send(data, ports[0]);
        assert.ok((await one.next()).equals(data), `${bytes} bytes`);
      }
      const [listener] = engine.stats().listeners;
      assert.equal(listener?.receivedBytes, listener?.sentBytes);
      assert.deepEqual([listener?.datagrams?.received, listener?.datagrams?.sent], [9, 9]);
    },
  },
  {
    name: 'endpoints take no more sessions than maxConnectionsPerEndpoint',
    ability: 'Datagrams',
    async run(t, start) {
      const { engine, ports, udp, server, client } = await datagramBench(t, start);
      const servers = [await server(echoDatagrams), await server(echoDatagrams)];
      const table = tableOf([udp()], [backendAt(servers, { maxConnectionsPerEndpoint: 2 })]);
      await engine.publish(table);
      for (let i = 0; i < 4; i++) assert.equal(await (await client()).ask('in', ports[0]), 'in');
      (await client()).send('out', ports[0]);
      const full = () =>
        engine.stats().listeners[0]?.datagrams?.dropped.find(({ cause }) => cause === 'EndpointsFull')?.total;
      await until('the fifth is refused', () => full() === 1, { seen: full });
      assert.deepEqual(
        engine.stats().endpoints.map(({ openConnections }) => openConnections),
        [2, 2],
      );
      assert.equal(
        engine.stats().closes.find(({ reason, total }) => reason === 'EndpointsFull' && total > 0)?.total,
        1,
      );
    },
  },
];
