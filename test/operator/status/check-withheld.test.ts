import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkWithheld } from '../../../operator/status/check-withheld.ts';
import type { Withheld } from '../../../operator/status/withheld.ts';
import { owner } from '../owner.ts';

const { spec } = owner({
  listeners: [
    {
      ...{ name: 'web', port: 80, backend: 'web' },
      limits: { scope: 'Cluster', connections: 100, connectionRate: { perSecond: 5 } },
    },
  ],
});
const withheld = (more: Partial<Withheld> = {}): Withheld => ({
  ...{ replica: 'edge-1', node: 'n1', listener: 'web', limit: 'connections', amount: 40 },
  ...{ because: 'Silent', notBeforeMs: 0, ...more },
});
const messages = (...all: readonly Withheld[]): readonly string[] =>
  checkWithheld(spec, all, 'shop').map(({ message }) => message);

const CASES: readonly (readonly [string, Partial<Withheld>, string])[] = [
  [
    'a pod that does not answer',
    {},
    'Pod "edge-1" withholds 40 connections of listener "web" from the other replicas: it does not answer the operator, so nobody knows what it uses. Check node "n1" and its network; to replace the pod, run kubectl delete pod edge-1 --namespace shop.',
  ],
  [
    'a pod that does not end',
    { because: 'NotEnding', limit: 'connectionRate', amount: 1_500 },
    'Pod "edge-1" withholds 1.5 connections per second of listener "web" from the other replicas: it was deleted and has not ended in time. Bring node "n1" back; if it is off for good, run kubectl delete pod edge-1 --namespace shop --grace-period=0 --force.',
  ],
  [
    'a pod that was taken away from its resource',
    { because: 'NotOwned', node: undefined },
    'Pod "edge-1" withholds 40 connections of listener "web" from the other replicas: it still runs, and does not belong to this L4Balancer any more, because its labels or its owner were changed. Change them back, or run kubectl delete pod edge-1 --namespace shop.',
  ],
  [
    'a pod of an older version, for which all is withheld',
    { because: 'Older', amount: 1_000_000_000 },
    'Pod "edge-1" withholds all connections of listener "web" from the other replicas: its version does not know limits for all replicas. Upgrade the pods with the annotation l4balancer.dev/upgrade: "true".',
  ],
  [
    'a pod that has lost the API server',
    { because: 'Late' },
    'Pod "edge-1" withholds 40 connections of listener "web" from the other replicas: it has not received its newest share from the API server. To replace it, run kubectl delete pod edge-1 --namespace shop.',
  ],
];

for (const [name, more, expected] of CASES)
  test(`the warning names the pod, what it withholds, and what to do: ${name}`, () =>
    assert.deepEqual(messages(withheld(more)), [expected]));

test('a pod is described once for all of its limits, and beyond three pods, the others are named', () => {
  const [one] = messages(withheld(), withheld({ limit: 'connectionRate', amount: 500 }));
  assert.match(
    one ?? '',
    /withholds 0\.5 connections per second of listener "web" and 40 connections of listener "web" from/,
  );
  const all = messages(...['a', 'b', 'c', 'd', 'e'].map((replica) => withheld({ replica })));
  assert.equal(all.length, 3);
  assert.match(all[2] ?? '', /^Pod "c" .* So do pods d and e\.$/);
  assert.deepEqual(messages(), []);
});
