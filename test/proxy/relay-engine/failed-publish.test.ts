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
  { name: 'served again where it is in the next table', isBack: true, how: 'end' },
])
  test(`a port that is not in a table which the engine failed to take is ${name}`, async (t) => {
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
    // Stands for whatever makes an engine fail, such as want of memory: this is no address that it could write down.
    const broken = tableOf([on(staying), on(1, 'nowhere')], [backend]);
    await assert.rejects(engine.publish(broken), RangeError);
    await engine.publish(tableOf([on(staying), ...(isBack ? [on(going)] : [])], [backend]));
    assert.equal(await askOnce(staying), 'hello');
    // Once no port is left, each that was to be closed is closed.
    if (!isBack) await engine.stopAccepting();
    assert.equal(await howDialEnds(going), how);
  });
