import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { ENFILE } from '../../../proxy/sys/sys.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend } from '../tables.ts';

test('a pause in accepting is reported with its errno, and ends once nothing fails any more, even if no client comes', async () => {
  const endpoint = await startEndpoint(greet('hello'));
  const events: EngineEvent[] = [];
  let resumed = (): void => undefined;
  const resumption = new Promise<void>((resolve, reject) => {
    resumed = resolve;
    AbortSignal.timeout(10_000).addEventListener('abort', () => reject(new Error('the pause did not end')));
  });
  const engine = await startEngine({
    acceptors: 1,
    worker: new URL('./pausing-worker.ts', import.meta.url),
    onEvent(event) {
      events.push(event);
      if (event.type === 'AcceptResumed') resumed();
    },
  });
  const [port] = (await freePorts(1)) as [number];
  try {
    await engine.publish(oneBackend(port, endpoint.port));
    await howDialEnds(port);
    await resumption;
    assert.deepEqual(events, [
      { type: 'AcceptPaused', acceptor: 0, errno: ENFILE, cause: 'ENFILE' },
      { type: 'AcceptResumed', acceptor: 0 },
    ]);
    assert.equal(engine.stats().acceptors[0]?.pausedBy, undefined);
    assert.equal(await askOnce(port), 'hello');
  } finally {
    await engine.close();
    await endpoint.close();
  }
});
