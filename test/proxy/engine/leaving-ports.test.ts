import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEngine } from '../../../proxy/engine/start.ts';
import { freePorts } from '../../../scripts/process/free-ports.ts';
import { howDialEnds } from '../relay/client.ts';
import { greet, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend } from '../tables.ts';

const ROUNDS = 6;
const CLIENTS = 64;

test('a port that goes and comes back under a storm of connects resets nobody', async (t) => {
  const endpoint = await startEndpoint(greet('hello'));
  const [port] = (await freePorts(1)) as [number];
  const engine = await startEngine({ acceptors: 3, onEvent: () => undefined });
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
      await engine.publish(oneBackend(port, endpoint.port));
      const served = ends.end ?? 0;
      while ((ends.end ?? 0) < served + CLIENTS) await new Promise((resolve) => setTimeout(resolve, 1));
      if (round % 2 === 0) await engine.publish({ ...oneBackend(port, endpoint.port), listeners: [] });
      else await engine.stopAccepting();
    }
    running = false;
    await Promise.all(storm);
    t.diagnostic(JSON.stringify(ends));
    // Whose SYN was dropped asks again: then the port is back, or refuses.
    assert.deepEqual(
      Object.keys(ends).filter((how) => how !== 'end' && how !== 'ECONNREFUSED'),
      [],
    );
  } finally {
    running = false;
    await engine.close();
    await endpoint.close();
  }
});
