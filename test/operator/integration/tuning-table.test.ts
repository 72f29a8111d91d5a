import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type OperatorProcess, startOperator } from './operator.ts';
import { bind, podsOf, serving, writePodStatus } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

describe('the status shows requested and effective tuning, and the endpoints', () => {
  test('as the worst-off proxy reports them, without further writes while they stay the same', async (t) => {
    const report = (effective: string, ok: boolean) => ({
      revision: 'generation/1',
      listeners: [{ name: 'web' }],
      backends: [
        { name: 'web', endpoints: [{ health: 'Healthy' }, { health: ok ? 'Unknown' : 'Unhealthy' }] },
      ],
      tuning: [{ name: 'acceptors', asked: '8', effective, ok, ...(ok ? {} : { hint: 'Ask for 4.' }) }],
    });
    const answers = new Map([
      ['127.92.0.1', report('8', true)],
      ['127.92.0.2', report('4', false)],
    ]);
    for (const ip of answers.keys()) {
      const server = http.createServer((_, response) => response.end(JSON.stringify(answers.get(ip))));
      server.listen(9901, ip);
      await once(server, 'listening');
      t.after(() => server.close());
    }
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', { workload: { replicas: 2 } });
    await world.eventually('two pods', async () => (await podsOf(world.transport, namespace)).length === 2);
    const pods = await podsOf(world.transport, namespace);
    for (const [index, pod] of pods.entries()) {
      await bind(world.transport, pod, `n${index + 1}`);
      await writePodStatus(world.transport, pod, serving(true, [...answers.keys()][index]));
    }
    await world.eventually('the table', async () => {
      const rows = (await world.status(namespace, 'edge'))?.tuning ?? [];
      return rows.length === 1 && rows[0]?.hint !== undefined;
    });
    assert.deepEqual((await world.status(namespace, 'edge'))?.tuning, [
      { name: 'acceptors', asked: '8', effective: '4', ok: false, hint: 'Node n2: Ask for 4.' },
    ]);
    const [web] = (await world.status(namespace, 'edge'))?.listeners ?? [];
    assert.deepEqual([web?.name, web?.readyEndpoints, web?.endpoints], ['web', 1, 2]);
    // A proxy that stops answering is reported after three failed polls.
    await writePodStatus(world.transport, pods[1] ?? assert.fail(), serving(true, '127.92.0.3'));
    await world.eventually('the missing report', async () => {
      const rows = (await world.status(namespace, 'edge'))?.tuning ?? [];
      return rows.some(({ hint }) => hint?.includes('nothing listens there') ?? false);
    });
    await world.reason(namespace, 'edge', 'Available');
  });
});
