import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import type { TableBackend } from '../../../../proxy/table/table.ts';
import { parsePrometheus } from '../../metrics/prometheus-text.ts';
import { tableBackend } from '../../tables.ts';
import { countersBench, GO_MS } from '../counters-bench.ts';
import type { Part } from '../part.ts';

/** Counters of removed entries. */
export const LEAVING_COUNTERS: readonly Part[] = [
  {
    name: 'a removed listener goes on counting, and its final values can be read for a while',
    ability: 'CountersKept',
    async run(t, start) {
      const { engine, by, open, end, balance, both, one, staying, going, eventually } = await countersBench(
        t,
        start,
      );
      await engine.publish(both);
      await end(await open(going));
      const last = await open(going);
      await open(staying);
      const before = await by('l4balancer_backend_received_bytes_total', 'backend');
      await engine.publish(one);
      const others = {
        staying: { accepted: 1, open: 1, closed: 0 },
        idle: { accepted: 0, open: 0, closed: 0 },
      };
      assert.deepEqual(await balance(), { ...others, going: { accepted: 2, open: 1, closed: 1 } });
      last.write('and more');
      await once(last, 'data');
      await end(last);
      const ended = { ...others, going: { accepted: 2, open: 0, closed: 2 } };
      await eventually('ended', async () => isDeepStrictEqual(await balance(), ended));
      const after = await by('l4balancer_backend_received_bytes_total', 'backend');
      assert.equal((after.going ?? 0) - (before.going ?? 0), 'and more'.length);
    },
  },
  {
    name: 'a removed listener disappears by itself once its last connection has ended',
    ability: 'CountersKept',
    async run(t, start) {
      const bench = await countersBench(t, start, { countersKeptMs: GO_MS });
      const { engine, by, open, end, balance, both, one, staying, going, eventually } = bench;
      await engine.publish(both);
      await end(await open(going));
      const last = await open(going);
      await open(staying);
      await engine.publish(one);
      await eventually(
        'the listener without connections is gone',
        async () => (await balance()).idle === undefined,
      );
      const rest = { staying: { accepted: 1, open: 1, closed: 0 } };
      assert.deepEqual(await balance(), { ...rest, going: { accepted: 2, open: 1, closed: 1 } });
      assert.deepEqual(await by('l4balancer_backend_open_connections', 'backend'), { staying: 1, going: 1 });
      assert.deepEqual(await by('l4balancer_endpoint_open_connections', 'backend'), { staying: 1, going: 1 });
      await end(last);
      // The table does not change.
      await eventually('gone', async () => (await balance()).going === undefined);
      await eventually('its backend is gone', async () => {
        const [backends, endpoints] = await Promise.all([
          by('l4balancer_backend_open_connections', 'backend'),
          by('l4balancer_endpoint_open_connections', 'backend'),
        ]);
        return backends.going === undefined && endpoints.going === undefined;
      });
      assert.deepEqual(await balance(), rest);
      const closed = await by('l4balancer_connections_closed_total', 'listener');
      assert.equal(closed[''], 2, 'its closes stay counted, without its name');
    },
  },
  ...(
    [
      ['stays as long as the others', {}],
      ['goes with them', { countersKeptMs: GO_MS }],
    ] as const
  ).map(
    ([what, keep]): Part => ({
      name: `every series of a listener and of a backend, also of health checks, ${what}`,
      ability: 'CountersKept',
      async run(t, start) {
        const { engine, metrics, open, end, both, one, going, eventually } = await countersBench(
          t,
          start,
          keep,
        );
        await engine.publish(both);
        await end(await open(going));
        for (const backend of ['staying', 'going']) {
          metrics.healthChecks.inc({ backend, result: 'ok' });
          metrics.healthTransitions.inc({ backend, to: 'Healthy', cause: 'Checks' });
        }
        /** Metrics that have a series with that name. */
        const named = async (name: string): Promise<readonly string[]> =>
          parsePrometheus(await metrics.text())
            .filter(({ samples }) => [...samples.keys()].some((labels) => labels.includes(`"${name}"`)))
            .map((family) => family.name);
        const all = await named('going');
        await engine.publish(one);
        if (!('countersKeptMs' in keep)) {
          assert.deepEqual(await named('going'), all);
          return;
        }
        await eventually('gone', async () => (await named('going')).length === 0);
        assert.deepEqual(await named('staying'), all);
      },
    }),
  ),
  {
    name: 'endpoints keep their series during a rolling replacement, however many there are for a while',
    ability: 'CountersKept',
    async run(t, start) {
      const { engine, by, one } = await countersBench(t, start);
      const generation = (net: number, count: number): TableBackend =>
        tableBackend({
          name: 'rolling',
          endpoints: Array.from({ length: count }, (_, i) => ({
            address: `127.${net}.${i >> 8}.${i & 255}`,
            port: 8080,
            weight: 1,
          })),
        });
      const series = async () => {
        const labels = [...Object.keys(await by('l4balancer_endpoint_connections_total', 'endpoint'))];
        const net = (prefix: string) => labels.filter((label) => label.startsWith(prefix)).length;
        return { old: net('127.1.'), new: net('127.2.') };
      };
      const without = async () =>
        (await by('l4balancer_backend_endpoints_without_series', 'backend')).rolling as number;
      const publish = (net: number, count: number) =>
        engine.publish({ ...one, backends: [...one.backends, generation(net, count)] });
      await publish(1, 600);
      assert.deepEqual(await series(), { old: 600, new: 0 });
      assert.equal(await without(), 0);
      await publish(2, 600);
      assert.deepEqual(await series(), { old: 0, new: 600 });
      assert.equal(await without(), 600);
    },
  },
  {
    name: 'while a proxy drains, accepted connections equal open plus closed ones at every step',
    ability: 'CountersKept',
    async run(t, start) {
      const { engine, open, end, balance, both, staying, going, eventually } = await countersBench(t, start);
      await engine.publish(both);
      const [first, second] = [await open(going), await open(staying)];
      await engine.stopAccepting();
      const opened = { accepted: 1, open: 1, closed: 0 };
      const ended = { accepted: 1, open: 0, closed: 1 };
      const idle = { accepted: 0, open: 0, closed: 0 };
      assert.deepEqual(await balance(), { staying: opened, going: opened, idle });
      await end(first);
      const one = { staying: opened, going: ended, idle };
      await eventually('one ended', async () => isDeepStrictEqual(await balance(), one));
      await end(second);
      const all = { staying: ended, going: ended, idle };
      await eventually('both ended', async () => isDeepStrictEqual(await balance(), all));
    },
  },
  {
    name: 'while a proxy drains, each listener disappears with its last connection',
    ability: 'CountersKept',
    async run(t, start) {
      const { engine, open, end, balance, both, going, eventually } = await countersBench(t, start, {
        countersKeptMs: GO_MS,
      });
      await engine.publish(both);
      const client = await open(going);
      await engine.stopAccepting();
      const left = { going: { accepted: 1, open: 1, closed: 0 } };
      await eventually('one is left', async () => isDeepStrictEqual(await balance(), left));
      await end(client);
      await eventually('all are gone', async () => Object.keys(await balance()).length === 0);
    },
  },
  {
    name: 'counters of an endpoint and a backend continue if these are added again in time',
    ability: 'CountersKept',
    async run(t, start) {
      const { engine, by, open, end, both, one, going } = await countersBench(t, start);
      await engine.publish(both);
      await end(await open(going));
      await engine.publish(one);
      await engine.publish(both);
      const connections = await by('l4balancer_endpoint_connections_total', 'backend');
      assert.equal(connections.going, 1);
    },
  },
];
