import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asDeployment } from '../../../operator/objects/daemon-set.ts';
import type { Pod } from '../../../operator/objects/pod.ts';
import { isOfStorm, spentPods } from '../../../operator/rollout/spent-pods.ts';
import { deployment, forbidden, oldReplicaSet, pod, replicaSet } from '../status/fixtures.ts';

const ofDaemonSet = (one: Pod): Pod => ({
  ...one,
  metadata: {
    ...one.metadata,
    ownerReferences: [{ kind: 'DaemonSet', name: 'l4b-edge', uid: 'daemon-set', controller: true }],
  },
});
const ofOldReplicaSet = (one: Pod): Pod =>
  pod(one.metadata.name, one.spec?.nodeName, one.status, oldReplicaSet(0).metadata.uid);
const names = (pods: readonly Pod[], isOnRecord: boolean) =>
  spentPods({ deployment: deployment(), replicaSets: [replicaSet(), oldReplicaSet(0)], pods }, isOnRecord)
    .map(({ metadata }) => metadata.name)
    .sort();

const current = forbidden('current', 'n1');
const earlier = ofOldReplicaSet(forbidden('earlier', 'n1'));
const serving = pod('serving', 'n2', { phase: 'Running' });
const evicted = pod('evicted', 'n2', { phase: 'Failed', reason: 'Evicted' });

test('refused pods of earlier revisions are spent at once, those of the current one once they are on record', () => {
  const pods = [current, earlier, serving, evicted];
  assert.deepEqual(names(pods, false), [earlier.metadata.name]);
  assert.deepEqual(names(pods, true), [current.metadata.name, earlier.metadata.name].sort());
});

test('a pod that is already being deleted is not deleted again', () => {
  const going = { ...current, metadata: { ...current.metadata, deletionTimestamp: '2026-11-25T00:00:00Z' } };
  assert.deepEqual(names([going], true), []);
});

for (const isOnRecord of [false, true])
  test(`refused pods of a DaemonSet are left to its controller, which backs off (on record: ${isOnRecord})`, () => {
    const daemonSet = asDeployment({
      metadata: { name: 'l4b-edge', uid: 'daemon-set' },
      status: { desiredNumberScheduled: 2 },
    });
    const pods = [ofDaemonSet(current), ofDaemonSet(serving)];
    assert.deepEqual(spentPods({ deployment: daemonSet, replicaSets: [], pods }, isOnRecord), []);
  });

test('only a refused pod that is replaced without delay counts as part of a storm', () => {
  assert.deepEqual([current, ofDaemonSet(current), serving, evicted].map(isOfStorm), [
    true,
    false,
    false,
    false,
  ]);
});
