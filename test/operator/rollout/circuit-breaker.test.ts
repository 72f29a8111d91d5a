import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkloadPods } from '../../../operator/objects/pods.ts';
import { breaker } from '../../../operator/rollout/circuit-breaker.ts';
import { deployment, forbidden, oldReplicaSet, pod, replicaSet } from '../status/fixtures.ts';
import { refused, running } from './cluster.ts';

const input = (more: Partial<WorkloadPods> = {}): WorkloadPods => ({
  deployment: deployment(),
  replicaSets: [replicaSet()],
  pods: refused(3),
  ...more,
});

test('two refused pods of a revision are tolerated; the third stops its rollout', () => {
  assert.equal(breaker(input({ pods: refused(2) })), undefined);
  assert.deepEqual(breaker(input()), {
    how: { kind: 'Cap', replicas: 0 },
    refusals: [{ node: 'n1', sysctls: ['net.core.somaxconn'] }],
    pods: 3,
  });
});

const NONE: readonly (readonly [string, Partial<WorkloadPods>])[] = [
  ['there is no Deployment', { deployment: undefined }],
  ['no ReplicaSet is the current one', { replicaSets: [oldReplicaSet(2)] }],
  [
    'the pods belong to a previous revision',
    {
      pods: refused(3).map((one) => ({
        ...one,
        metadata: {
          ...one.metadata,
          ownerReferences: [{ kind: 'ReplicaSet', name: 'x', uid: 'rs-old', controller: true }],
        },
      })),
    },
  ],
  [
    'the pods are being removed',
    { pods: refused(3).map((one) => ({ ...one, metadata: { ...one.metadata, deletionTimestamp: 'now' } })) },
  ],
  [
    'the pods were evicted',
    { pods: ['a', 'b', 'c'].map((name) => pod(name, 'n1', { phase: 'Failed', reason: 'Evicted' })) },
  ],
  [
    'the refused pods have all been replaced',
    { pods: [...refused(3), running('a', 'n2'), running('b', 'n2')] },
  ],
];

for (const [what, more] of NONE)
  test(`no rollout is stopped if ${what}`, () => assert.equal(breaker(input(more)), undefined));

test('if pods of previous revisions serve, the rollout is rolled back to the revision with the most of them', () => {
  const older = { ...oldReplicaSet(1), metadata: { name: 'l4b-edge-older', uid: 'rs-older' } };
  const tripped = breaker(input({ replicaSets: [older, replicaSet(), oldReplicaSet(2)] }));
  assert.deepEqual(tripped?.how, { kind: 'RollBack', replicaSet: 'l4b-edge-old' });
});

test('a previous revision without pods is no target of a rollback; running pods of this one are kept', () => {
  const tripped = breaker(
    input({ replicaSets: [replicaSet(), oldReplicaSet(0)], pods: [...refused(4), running('a', 'n2')] }),
  );
  assert.deepEqual(tripped?.how, { kind: 'Cap', replicas: 1 });
  assert.equal(tripped?.pods, 4);
});

test('each node that refuses is listed once, with all sysctls that it named', () => {
  const pods = [forbidden('a', 'n2'), forbidden('b', 'n1'), forbidden('c', 'n2', 'net.ipv4.tcp_tw_reuse')];
  assert.deepEqual(breaker(input({ pods }))?.refusals, [
    { node: 'n1', sysctls: ['net.core.somaxconn'] },
    { node: 'n2', sysctls: ['net.core.somaxconn', 'net.ipv4.tcp_tw_reuse'] },
  ]);
});
