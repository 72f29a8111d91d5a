import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { createMetrics } from '../../../../proxy/metrics/metrics.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { metricsFacts } from '../../metrics/facts.ts';
import { askOnce, howDialEnds } from '../../relay/client.ts';
import { greet } from '../../relay/endpoint-server.ts';
import { oneBackend, tableBackend, tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

const ROUNDS = 6;
const CLIENTS = 64;

/** A socket that stands for another program's. */
const holdPort = async (t: TestContext, port: number, address: string) => {
  const server = createServer().listen(port, address);
  t.after(() => server.close());
  await once(server, 'listening');
  return server;
};

/** Ports are opened and closed with the table; one that cannot be opened is a finding, and retried. */
export const PORTS: readonly Part[] = [
  {
    name: 'a port in use is one finding, the other listeners serve, and it is served once it is free',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, events, ports, endpoint } = await engineBench(t, start);
      const taken = await holdPort(t, ports[1], '127.0.0.1');
      const findings = await engine.publish(
        tableOf(
          [tableListener(ports[0], { name: 'a' }), tableListener(ports[1], { name: 'b' })],
          [backendAt([await endpoint(greet('hello'))])],
        ),
      );
      assert.equal(findings.length, 1);
      assert.equal(findings[0]?.path, 'spec.listeners[b].port');
      assert.deepEqual([findings[0]?.code, findings[0]?.listener], ['PortTaken', 'b']);
      assert.match(findings[0]?.message ?? '', new RegExp(`port ${ports[1]}: another process`));
      assert.equal(await askOnce(ports[0]), 'hello');
      await new Promise((resolve) => taken.close(resolve));
      await until(
        'no finding is left',
        () => events.some((event) => event.type === 'Findings' && event.findings.length === 0),
        { seen: () => events },
      );
      assert.equal(await askOnce(ports[1]), 'hello');
    },
  },
  {
    name: 'a failed retry is reported and repeated until the port is served',
    ability: 'Traffic',
    async run(t, start) {
      let asked = 0;
      const { engine, events, ports, endpoint } = await engineBench(t, start, {
        // Stands for anything that makes a retry fail, such as a lack of memory.
        holder: () => {
          asked += 1;
          if (asked > 1) squatter.close();
          if (asked === 2) throw new Error('no more');
          return undefined;
        },
      });
      const [port] = ports;
      const squatter = await holdPort(t, port, '0.0.0.0');
      const findings = await engine.publish(oneBackend(port, (await endpoint(greet('hello'))).port));
      assert.equal(findings.length, 1);
      await until(
        'the port is served',
        () => events.some((event) => event.type === 'Findings' && event.findings.length === 0),
        { seen: () => events },
      );
      assert.deepEqual(
        events.map((event) => (event.type === 'UpkeepFailed' ? event.error.message : event.type)),
        ['no more', 'Findings'],
      );
      assert.equal(await askOnce(port), 'hello');
    },
  },
  {
    name: 'the finding about a port names the admin endpoint of this proxy as its holder',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports } = await engineBench(t, start, {
        holder: ({ port }) => (port === ports[0] ? 'the admin endpoint of this proxy has it' : undefined),
      });
      await holdPort(t, ports[0], '127.0.0.1');
      const [finding] = await engine.publish(tableOf([tableListener(ports[0])], [tableBackend()]));
      assert.equal(finding?.code, 'PortTaken');
      assert.match(finding?.message ?? '', /: the admin endpoint of this proxy has it\./);
    },
  },
  {
    name: 'a listener with an address of either family accepts clients there only, and two may share a port',
    ability: 'Addresses',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const [port] = ports;
      const listener = (name: string, address: string) =>
        tableListener(port, { name, address, backend: name });
      const backends = [
        backendAt([await endpoint(greet('four'))], { name: 'four' }),
        backendAt([await endpoint(greet('six'))], { name: 'six' }),
      ];
      const table = tableOf([listener('four', '127.0.0.2'), listener('six', '::1')], backends);
      assert.deepEqual(await engine.publish(table), []);
      assert.equal(await askOnce(port, '127.0.0.2'), 'four');
      assert.equal(await askOnce(port, '::1'), 'six');
      await assert.rejects(askOnce(port, '127.0.0.1'), { code: 'ECONNREFUSED' });
      const page = await createMetrics(
        '0',
        metricsFacts({
          stats: () => engine.stats(),
        }),
      ).text();
      assert.match(
        page,
        new RegExp(
          `^l4balancer_listener_accepted_connections_total{listener="six",port="${port}",address="::1"} 1$`,
          'm',
        ),
      );
      // An address that this machine does not have is a finding, and the other listener goes on serving.
      const [finding] = await engine.publish(
        tableOf([listener('four', '127.0.0.2'), listener('six', '2001:db8::7')], backends),
      );
      assert.equal(finding?.path, 'spec.listeners[six].address');
      assert.match(finding?.message ?? '', /address 2001:db8::7 port \d+: this machine has no such address/);
      assert.equal(await askOnce(port, '127.0.0.2'), 'four');
    },
  },
  {
    name: 'removing and adding a port under a storm of connects resets no client',
    ability: 'PortsInUse',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start, { acceptors: 3 });
      const [port] = ports;
      const table = oneBackend(port, (await endpoint(greet('hello'))).port);
      const ends: Record<string, number> = {};
      let running = true;
      const storm = Array.from({ length: CLIENTS }, async () => {
        while (running) {
          const how = await howDialEnds(port);
          ends[how] = (ends[how] ?? 0) + 1;
        }
      });
      try {
        for (let round = 0; round < ROUNDS; round++) {
          await engine.publish(table);
          const served = ends.end ?? 0;
          await until(`clients are served in round ${round}`, () => (ends.end ?? 0) >= served + CLIENTS, {
            everyMs: 1,
            seen: () => ({ served, ends, stats: engine.stats() }),
          });
          if (round % 2 === 0) await engine.publish({ ...table, listeners: [] });
          else await engine.stopAccepting();
        }
      } finally {
        running = false;
      }
      await Promise.all(storm);
      t.diagnostic(JSON.stringify(ends));
      // A client whose SYN was dropped sends it again: by then the port is back, or refuses.
      assert.deepEqual(
        Object.keys(ends).filter((how) => how !== 'end' && how !== 'ECONNREFUSED'),
        [],
      );
    },
  },
];
