import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { askOnce } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend } from '../tables.ts';

test('a retry of the engine that fails is told, and made again, until its port is served', async (t) => {
  const endpoint = await startEndpoint(greet('hello'));
  const [port] = (await freePorts(1)) as [number];
  const squatter = createServer().listen(port, '0.0.0.0');
  await new Promise((resolve) => squatter.once('listening', resolve));
  const events: EngineEvent[] = [];
  let asked = 0;
  const engine = await startEngine({
    acceptors: 1,
    onEvent: (event) => events.push(event),
    // Stands for whatever fails in a retry, such as want of memory.
    holder: () => {
      asked += 1;
      if (asked > 1) squatter.close();
      if (asked === 2) throw new Error('no more');
      return undefined;
    },
  });
  t.after(async () => {
    await engine.close();
    await endpoint.close();
    squatter.close();
  });
  const findings = await engine.publish(oneBackend(port, endpoint.port));
  assert.equal(findings.length, 1);
  await until(
    'the port is served',
    () => events.some((event) => event.type === 'Findings' && event.findings.length === 0),
    {
      seen: () => events,
    },
  );
  assert.deepEqual(
    events.map((event) => (event.type === 'UpkeepFailed' ? event.error.message : event.type)),
    ['no more', 'Findings'],
  );
  assert.equal(await askOnce(port), 'hello');
});
