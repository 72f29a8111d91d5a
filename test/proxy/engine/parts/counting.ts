import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Engine } from '../../../../proxy/engine/engine.ts';
import { until } from '../../../../tooling/wait/until.ts';
import { askOnce } from '../../relay/client.ts';
import { greet } from '../../relay/endpoint-server.ts';
import { oneBackend, tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

const CONNECTIONS = 20;

/** Connections and bytes sent to clients, according to each part of the figures. */
const figures = (engine: Engine) => {
  const { listeners, backends, endpoints, closes } = engine.stats();
  return {
    accepted: listeners[0]?.acceptedTotal,
    connections: endpoints[0]?.connectionsTotal,
    sent: [listeners[0]?.sentBytes, backends[0]?.sentBytes, endpoints[0]?.sentBytes],
    ended: [closes, listeners[0]?.closes ?? []].map((all) => all.reduce((sum, { total }) => sum + total, 0)),
    open: [engine.openConnections(), listeners[0]?.openConnections, endpoints[0]?.openConnections],
  };
};

/** Everything is counted exactly once, whichever acceptor relays it. */
export const COUNTING: readonly Part[] = [
  {
    name: 'all figures agree, and count each connection and each byte once',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const [port] = ports;
      await engine.publish(oneBackend(port, (await endpoint(greet('hello'))).port));
      await Promise.all(Array.from({ length: CONNECTIONS }, () => askOnce(port)));
      const bytes = CONNECTIONS * 'hello'.length;
      const expected = {
        accepted: CONNECTIONS,
        connections: CONNECTIONS,
        sent: [bytes, bytes, bytes],
        ended: [CONNECTIONS, CONNECTIONS],
        open: [0, 0, 0],
      };
      await until('all is counted', () => isDeepStrictEqual(figures(engine), expected), {
        seen: () => figures(engine),
      });
    },
  },
  {
    name: 'counters of unchanged entries survive a change of the table',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const backends = [backendAt([await endpoint(greet('hello'))])];
      const kept = tableListener(ports[0], { name: 'kept' });
      await engine.publish(tableOf([kept], backends));
      await askOnce(ports[0]);
      assert.equal(engine.stats().listeners[0]?.acceptedTotal, 1);
      await engine.publish(tableOf([tableListener(ports[1], { name: 'extra' }), kept], backends));
      const found = engine.stats().listeners.find(({ name }) => name === 'kept');
      assert.equal(found?.acceptedTotal, 1);
    },
  },
  {
    name: 'the figures of the acceptors add up to those of the listeners',
    ability: 'Acceptors',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const [port] = ports;
      await engine.publish(oneBackend(port, (await endpoint(greet('hello'))).port));
      await Promise.all(Array.from({ length: CONNECTIONS }, () => askOnce(port)));
      const { acceptors, listeners } = engine.stats();
      assert.equal(
        acceptors.reduce((sum, { acceptedTotal }) => sum + acceptedTotal, 0),
        listeners[0]?.acceptedTotal,
      );
    },
  },
];
