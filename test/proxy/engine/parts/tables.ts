import assert from 'node:assert/strict';
import { tableBackend, tableListener, tableOf } from '../../tables.ts';
import { engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

const ENDPOINT = { address: '127.0.0.1', port: 9, weight: 1 };
const INACTIVE = { ...ENDPOINT, port: 10 };
const LATER = { ...ENDPOINT, port: 11 };
const WEB = tableBackend({ name: 'web', endpoints: [ENDPOINT], inactive: [INACTIVE] });
const MAIL = tableBackend({ name: 'mail', endpoints: [LATER] });

/** What holds for tables and figures without a single connection. */
export const TABLES: readonly Part[] = [
  {
    name: 'the figures name what is in the table, listeners and backends in its order',
    async run(t, start) {
      const { engine, ports } = await engineBench(t, start);
      const listeners = [
        tableListener(ports[0], { name: 'one', backend: 'web' }),
        tableListener(ports[1], { name: 'two', backend: 'mail' }),
      ];
      assert.deepEqual(await engine.publish(tableOf(listeners, [WEB, MAIL])), []);
      const stats = engine.stats();
      assert.deepEqual(
        stats.listeners.map(({ name, port, backend, leaving }) => [name, port, backend, leaving]),
        [
          ['one', ports[0], 'web', false],
          ['two', ports[1], 'mail', false],
        ],
      );
      assert.deepEqual(
        stats.backends.map(({ name }) => name),
        ['web', 'mail'],
      );
      const named = stats.endpoints.map(({ backend, address, port }) => `${backend} ${address}:${port}`);
      assert.deepEqual(named.sort(), ['mail 127.0.0.1:11', 'web 127.0.0.1:10', 'web 127.0.0.1:9']);
    },
  },
  {
    name: 'the version is 0 before the first table, and rises with each new one',
    async run(t, start) {
      const { engine } = await engineBench(t, start);
      const versions = [engine.stats().version];
      for (const backend of [WEB, MAIL, WEB]) {
        await engine.publish(tableOf([], [backend]));
        versions.push(engine.stats().version);
      }
      assert.equal(versions[0], 0);
      for (const [i, version] of versions.slice(1).entries())
        assert.ok(version > (versions[i] as number), `${versions}`);
    },
  },
  {
    name: 'without connections, it is drained at once',
    async run(t, start) {
      const { engine } = await engineBench(t, start);
      const never = new AbortController().signal;
      await engine.drained(never);
      await engine.publish(tableOf([], [WEB]));
      await engine.stopAccepting();
      engine.drainWithin(60_000);
      await engine.drained(never);
      assert.equal(engine.openConnections(), 0);
    },
  },
  {
    name: 'a closed engine can be closed again, and ignores further tables',
    async run(t, start) {
      const { engine, close, ports } = await engineBench(t, start);
      await engine.publish(tableOf([], [WEB]));
      await close();
      await engine.close();
      const { version } = engine.stats();
      assert.deepEqual(await engine.publish(tableOf([tableListener(ports[0])], [tableBackend()])), []);
      assert.equal(engine.stats().version, version);
    },
  },
];
