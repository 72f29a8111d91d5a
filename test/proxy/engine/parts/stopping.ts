import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Table } from '../../../../proxy/table/table.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { askOnce } from '../../relay/client.ts';
import { echo, greet } from '../../relay/endpoint-server.ts';
import { oneBackend, tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

/** An engine stops in steps: it accepts no clients, drains, and closes. */
export const STOPPING: readonly Part[] = [
  {
    name: 'after an engine stops accepting, open connections go on and new clients are refused',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      await engine.publish(oneBackend(port, (await endpoint(echo)).port));
      const open = await answered(port);
      await engine.stopAccepting();
      await assert.rejects(askOnce(port), { code: 'ECONNREFUSED' });
      const drained = engine.drained(AbortSignal.timeout(10_000));
      open.write('late');
      const [answer] = (await once(open, 'data')) as [Buffer];
      assert.equal(answer.toString(), 'late');
      open.end();
      await drained;
      assert.equal(engine.openConnections(), 0);
    },
  },
  {
    name: 'stopping to accept keeps the rest of a table that is being published',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const server = await endpoint(greet('hello'));
      const named = (name: string): Table =>
        tableOf([tableListener(ports[0], { backend: name })], [backendAt([server], { name })]);
      await engine.publish(named('old'));
      const newest = engine.publish(named('new'));
      await Promise.all([newest, engine.stopAccepting()]);
      // Backends of the table come first, then removed ones.
      assert.equal(engine.stats().backends[0]?.name, 'new');
    },
  },
  {
    name: 'waiting for an engine to drain ends when the signal aborts',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      await engine.publish(oneBackend(ports[0], (await endpoint(echo)).port));
      await answered(ports[0]);
      await engine.drained(AbortSignal.timeout(20));
      assert.equal(engine.openConnections(), 1);
    },
  },
  {
    name: 'idle connections are closed gradually while an engine drains, and are counted as drained',
    ability: 'IdleDrain',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      await engine.publish(oneBackend(port, (await endpoint(echo)).port));
      await Promise.all([1, 2, 3].map(() => answered(port)));
      await engine.stopAccepting();
      engine.drainWithin(200);
      await engine.drained(AbortSignal.timeout(20_000));
      assert.equal(engine.stats().closes.find(({ reason }) => reason === 'Drained')?.total, 3);
    },
  },
  {
    name: 'a closed engine has no connections and no ports, and serves no further tables',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, close, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const table = oneBackend(port, (await endpoint(echo)).port);
      await engine.publish(table);
      const client = await answered(port);
      const ended = new Promise((resolve) => client.once('close', resolve));
      await close();
      client.resume();
      await ended;
      assert.deepEqual(await engine.publish(table), []);
      const other = createServer().listen(port, '0.0.0.0');
      t.after(() => other.close());
      await until('its port is free', () => other.listening, { seen: () => engine.stats() });
    },
  },
];
