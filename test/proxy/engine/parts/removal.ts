import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isDeepStrictEqual } from 'node:util';
import { until } from '../../../../tooling/wait/until.ts';
import { askOnce, howItEnded } from '../../relay/client.ts';
import { echo, greet } from '../../relay/endpoint-server.ts';
import { tableListener, tableOf } from '../../tables.ts';
import { backendAt, engineBench } from '../bench.ts';
import type { Part } from '../part.ts';

/** What happens to connections when their endpoint is removed. */
export const REMOVAL: readonly Part[] = [
  {
    name: 'connections to a removed endpoint go on, and new ones go to the remaining endpoints',
    ability: 'Traffic',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const [old, next] = [await endpoint(echo), await endpoint(greet('next'))];
      await engine.publish(tableOf([tableListener(port)], [backendAt([old])]));
      const client = await answered(port);
      await engine.publish(tableOf([tableListener(port)], [backendAt([next])]));
      for (let i = 0; i < 4; i++) assert.equal(await askOnce(port), 'next');
      client.write('still here');
      const [answer] = (await once(client, 'data')) as [Buffer];
      assert.equal(answer.toString(), 'still here');
      const found = () => engine.stats().endpoints.map((one) => [one.port, one.leaving, one.openConnections]);
      const expected = [
        [next.port, false, 0],
        [old.port, true, 1],
      ];
      // A client may see the end of its connection before the engine has closed its own side.
      await until('only the old connection is open', () => isDeepStrictEqual(found(), expected), {
        seen: found,
      });
    },
  },
  {
    name: 'connections to a removed endpoint end if their backend says so',
    ability: 'CloseOnRemoval',
    async run(t, start) {
      const { engine, ports, endpoint, answered } = await engineBench(t, start);
      const [port] = ports;
      const [old, next] = [await endpoint(echo), await endpoint(greet('next'))];
      const table = (one: typeof old) =>
        tableOf([tableListener(port)], [backendAt([one], { closeOnRemoval: true })]);
      await engine.publish(table(old));
      const end = howItEnded(await answered(port));
      await engine.publish(table(next));
      assert.equal(await end, 'ECONNRESET');
      assert.equal(await askOnce(port), 'next');
    },
  },
];
