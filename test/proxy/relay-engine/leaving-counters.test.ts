import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Algorithm } from '../../../proxy/configuration/backend-policy.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import { countersBench, GO_MS } from '../engine/counters-bench.ts';
import { howDialEnds } from '../relay/client.ts';

/** Kills an acceptor with all its connections: no picker has this name. */
const DEADLY = 'Nonsense' as Algorithm;

test('the connections of a removed listener are counted as ended when their acceptor dies', async (t) => {
  const { engine, open, balance, both, withAlgorithm, going, fatal, eventually, events } =
    await countersBench(t, startEngine);
  await engine.publish(both);
  await open(going);
  await engine.publish(withAlgorithm(DEADLY));
  assert.deepEqual((await balance()).going, { accepted: 1, open: 1, closed: 0 });
  await howDialEnds(fatal);
  const ended = { accepted: 1, open: 0, closed: 1 };
  await eventually('ended', async () => isDeepStrictEqual((await balance()).going, ended));
  await eventually('replaced', () => events.includes('AcceptorReplaced'));
});

test('a removed listener disappears after its acceptor died, and its closes stay counted', async (t) => {
  const bench = await countersBench(t, startEngine, { countersKeptMs: GO_MS });
  const { engine, by, open, balance, both, withAlgorithm, going, fatal, eventually } = bench;
  await engine.publish(both);
  await open(going);
  await engine.publish(withAlgorithm(DEADLY));
  await howDialEnds(fatal);
  await eventually('gone', async () => (await balance()).going === undefined);
  assert.equal((await by('l4balancer_connections_closed_total', 'listener'))[''], 1);
});
