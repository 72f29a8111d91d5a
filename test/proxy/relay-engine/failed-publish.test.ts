import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { TableListener } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { tableBackend, tableListener, tableOf } from '../tables.ts';

for (const { name, isBack, how } of [
  { name: 'closed after the next table', isBack: false, how: 'ECONNREFUSED' },
  { name: 'served again if the next table contains it', isBack: true, how: 'end' },
])
  test(`a port missing from a table that the engine failed to publish is ${name}`, async (t) => {
    const endpoint = await startEndpoint(greet('hello'));
    const [staying, going] = (await freePorts(2)) as [number, number];
    const engine = await startEngine({ acceptors: 2, onEvent: () => undefined });
    t.after(async () => {
      await engine.close();
      await endpoint.close();
    });
    const backend = tableBackend({ endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }] });
    const on = (port: number, address?: string): TableListener =>
      tableListener(port, { name: `on-${port}`, address });
    await engine.publish(tableOf([on(staying), on(going)], [backend]));
    // Stands for anything that makes publishing fail, such as a lack of memory: this address cannot be
    // encoded.
    const broken = tableOf([on(staying), on(1, 'nowhere')], [backend]);
    await assert.rejects(engine.publish(broken), RangeError);
    await engine.publish(tableOf([on(staying), ...(isBack ? [on(going)] : [])], [backend]));
    assert.equal(await askOnce(staying), 'hello');
    // This waits until every port is closed.
    if (!isBack) await engine.stopAccepting();
    assert.equal(await howDialEnds(going), how);
  });
