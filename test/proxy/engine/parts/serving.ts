import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Table } from '../../../../proxy/table/table.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { askOnce, dialClient } from '../../relay/client.ts';
import { startDeafListener } from '../../relay/deaf-listener.ts';
import { echo, greet } from '../../relay/endpoint-server.ts';
import { oneBackend, tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

/** Tables are served whole, in order, once publish has resolved. */
export const SERVING: readonly Part[] = [
  {
    name: 'a table is served once publish has resolved',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const [port] = ports;
      assert.deepEqual(await engine.publish(oneBackend(port, (await endpoint(greet('hello'))).port)), []);
      assert.equal(await askOnce(port), 'hello');
    },
  },
  {
    name: 'a table is served by every acceptor once publish has resolved',
    ability: 'Acceptors',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start, { acceptors: 3 });
      const [port] = ports;
      await engine.publish(oneBackend(port, (await endpoint(greet('hello'))).port));
      const { version, acceptors } = engine.stats();
      assert.deepEqual(
        acceptors.map((acceptor) => acceptor.version),
        [version, version, version],
      );
    },
  },
  {
    name: 'publishing an equal table affects neither open connections nor counters',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, events, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const table = oneBackend(port, (await endpoint(echo)).port);
      await engine.publish(table);
      const client = await answered(port);
      await until('its bytes are counted', () => engine.stats().listeners[0]?.sentBytes === 'hello'.length, {
        seen: () => engine.stats().listeners,
      });
      const { listeners, backends, endpoints } = engine.stats();
      for (let i = 0; i < 3; i++) assert.deepEqual(await engine.publish(structuredClone(table)), []);
      const after = engine.stats();
      assert.deepEqual([after.listeners, after.backends, after.endpoints], [listeners, backends, endpoints]);
      client.write('still here');
      const [answer] = (await once(client, 'data')) as [Buffer];
      assert.equal(answer.toString(), 'still here');
      assert.deepEqual(events, []);
    },
  },
  {
    name: 'an invalid address is left out and reported, and the other endpoints serve',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, events, ports, endpoint } = await engineBench(t, start);
      const [port] = ports;
      const { port: endpointPort } = await endpoint(greet('hello'));
      const endpoints = ['nonsense', '127.0.0.1'].map((address) => ({
        address,
        port: endpointPort,
        weight: 1,
      }));
      const findings = await engine.publish(oneBackend(port, endpointPort, { endpoints }));
      assert.match(findings[0]?.message ?? '', /"nonsense" is left out/);
      assert.deepEqual([findings[0]?.code, findings[0]?.backend], ['AddressInvalid', 'b']);
      for (let i = 0; i < 4; i++) assert.equal(await askOnce(port), 'hello');
      assert.deepEqual(events, []);
    },
  },
  {
    name: 'tables published at the same time are served in order',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const backend = backendAt([await endpoint(greet('hello'))]);
      const table = (i: number): Table =>
        tableOf([tableListener(ports[i % 3] as number, { name: `l${i % 2}` })], [backend]);
      await Promise.all(Array.from({ length: 30 }, (_, i) => engine.publish(table(i))));
      assert.equal(await askOnce(ports[29 % 3] as number), 'hello');
      await assert.rejects(askOnce(ports[0]), { code: 'ECONNREFUSED' });
    },
  },
  {
    name: 'a connection that is still being established never reaches a backend that its listener does not name',
    ability: 'Attempts',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const [port, other] = ports;
      const deaf = await startDeafListener();
      t.after(() => deaf.close());
      const secret = await endpoint(greet('hello'));
      const listener = (at: number, backend: string) => tableListener(at, { backend });
      const slow = backendAt([deaf], { name: 'web', connectMs: 600, retries: 2 });
      await engine.publish(tableOf([listener(port, 'web')], [slow]));
      const client = await dialClient(port);
      let said = '';
      client.on('data', (data) => {
        said += data.toString();
      });
      const ended = new Promise((resolve) => client.on('error', resolve).on('close', resolve));
      await engine.publish(tableOf([], []));
      await engine.publish(tableOf([listener(other, 'secret')], [backendAt([secret], { name: 'secret' })]));
      await ended;
      assert.equal(said, '');
    },
  },
];
