import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '../../../proxy/engine/event.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, howDialEnds } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend } from '../tables.ts';

test('a stalled acceptor is reported, terminated and replaced; its queued clients are served and its counters stay', async () => {
  const endpoint = await startEndpoint(greet('hello'));
  const events: EngineEvent[] = [];
  let replaced = (): void => undefined;
  const replacement = new Promise<void>((resolve) => {
    replaced = resolve;
  });
  const engine = await startEngine({
    acceptors: 1,
    worker: new URL('./stalling-worker.ts', import.meta.url),
    onEvent(event) {
      events.push(event);
      if (event.type === 'AcceptorReplaced') replaced();
    },
  });
  const [port] = (await freePorts(1)) as [number];
  try {
    await engine.publish(oneBackend(port, endpoint.port));
    assert.deepEqual([await askOnce(port), await askOnce(port)], ['hello', 'hello']);
    // The third client stops the loop. The fourth waits in the kernel's queue, whose socket the control
    // thread owns.
    const third = howDialEnds(port);
    const fourth = askOnce(port);
    await replacement;
    assert.equal(await fourth, 'hello');
    assert.equal(await third, 'ECONNRESET');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['AcceptorStalled', 'AcceptorDied', 'AcceptorReplaced'],
    );
    await engine.drained(AbortSignal.timeout(10_000));
    const { acceptors, listeners } = engine.stats();
    assert.equal(listeners[0]?.openConnections, 0);
    assert.equal(acceptors[0]?.acceptedTotal, 4);
  } finally {
    await engine.close();
    await endpoint.close();
  }
});
