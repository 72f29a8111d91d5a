import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PREFLIGHT_MS, runPreflight } from '../../../operator/reconcile/run-preflight.ts';
import type { Gate, Waiting } from '../../../operator/rollout/gate.ts';
import { createProbeResults } from '../../../operator/rollout/probe-results.ts';
import { owner, RENDER } from '../owner.ts';
import { trial } from '../rollout/cluster.ts';
import { observed } from '../status/fixtures.ts';

test('a probe without a verdict for a minute is abandoned once with the reason, and the rollout is checked again at once', async () => {
  const waiting: Waiting = {
    pool: { key: 'k', nodes: ['n1'] },
    verdictKey: '0123456789abcdef',
    why: 'no node takes it: 0/2 nodes are available',
  };
  const gate: Gate = { kind: 'Trying', waiting: [waiting] };
  const resource = owner({ tuning: { profile: 'Tuned' } });
  const template = { spec: { securityContext: {} } };
  const root = { metadata: { name: 'edge' } };
  const gathered = {
    root,
    balancer: undefined,
    observed: observed(),
    workload: undefined,
    otherWorkload: undefined,
    otherPods: [],
    hasAutoscaler: false,
    account: undefined,
    tickets: undefined,
    probes: [],
  };
  let now = 0;
  const givenUp: unknown[] = [];
  const deps = {
    nodes: () => undefined,
    probeResults: createProbeResults(),
    read: () => assert.fail('nothing is read'),
    writer: {
      create: async <T extends object>(manifest: T) => manifest as T & typeof root,
      remove: () => assert.fail('nothing is removed'),
    },
    now: () => now,
    onPreflightGivenUp: (...about: unknown[]) => void givenUp.push(about),
  };
  const tend = () =>
    runPreflight(gathered, resource, RENDER, { gate, trial: trial(), template, children: [] }, deps);
  assert.equal(await tend(), PREFLIGHT_MS);
  now = PREFLIGHT_MS - 1;
  assert.equal(await tend(), 1);
  assert.deepEqual(givenUp, []);
  now = PREFLIGHT_MS;
  assert.equal(await tend(), 1);
  assert.deepEqual(givenUp, [[root, waiting]]);
  assert.ok(deps.probeResults.settled.has(waiting.verdictKey));
});
