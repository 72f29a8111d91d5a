import assert from 'node:assert/strict';
import { endpointKey } from '../../../../proxy/table/table.ts';
import { freePorts } from '../../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from '../../relay/client.ts';
import { greet } from '../../relay/endpoint-server.ts';
import { oneBackend, tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

/** Connecting to endpoints: which endpoint is tried next, and which ones fail. */
export const ATTEMPTS: readonly Part[] = [
  {
    name: 'a client whose endpoint refuses is served by another one, within the retries of the backend',
    ability: 'Attempts',
    async run(t, start) {
      const { engine, ports, endpoint } = await engineBench(t, start);
      const [port] = ports;
      const [nobody] = (await freePorts(1)) as [number];
      const endpoints = [{ port: nobody }, await endpoint(greet('hello'))];
      await engine.publish(tableOf([tableListener(port)], [backendAt(endpoints, { retries: 1 })]));
      for (let i = 0; i < 4; i++) assert.equal(await askOnce(port), 'hello');
    },
  },
  {
    name: 'consecutive failures are counted by endpoint, until an attempt succeeds or the count is reset',
    ability: 'Attempts',
    async run(t, start) {
      const { engine, ports } = await engineBench(t, start);
      const [port] = ports;
      const [nobody] = (await freePorts(1)) as [number];
      const endpoint = endpointKey({ address: '127.0.0.1', port: nobody });
      await engine.publish(oneBackend(port, nobody));
      assert.deepEqual(engine.failing(1), []);
      for (let i = 0; i < 2; i++) assert.notEqual(await howDialEnds(port), 'end');
      assert.deepEqual(engine.failing(2), [{ backend: 'b', endpoint, inARow: 2 }]);
      assert.deepEqual(engine.failing(3), []);
      engine.forgetFailures('b', 'one that nobody knows');
      assert.equal(engine.failing(1).length, 1);
      engine.forgetFailures('b', endpoint);
      assert.deepEqual(engine.failing(1), []);
    },
  },
];
