import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../operator/objects/pod.ts';
import { WATCHED, WATCHED_KINDS } from '../../../operator/watch/kinds.ts';
import { trimPod, trimReplicaSet } from '../../../operator/watch/trim.ts';

/** The part of a pod that is kept: everything that the status is derived from. */
const KEPT = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'edge-1',
    namespace: 'shop',
    uid: 'u',
    resourceVersion: '7',
    labels: { 'app.kubernetes.io/instance': 'edge' },
    ownerReferences: [{ kind: 'ReplicaSet', name: 'edge', uid: 'r', controller: true }],
    deletionTimestamp: '2026-01-01T00:01:00Z',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: {
    nodeName: 'node-1',
    containers: [{ name: 'proxy', ports: [{ name: 'admin', containerPort: 9901 }] }],
  },
  status: {
    phase: 'Running',
    reason: 'SysctlForbidden',
    message: 'forbidden sysctl',
    conditions: [
      {
        type: 'Ready',
        status: 'False',
        reason: 'ContainersNotReady',
        message: 'proxy',
        lastTransitionTime: '2026-01-01T00:00:05Z',
      },
    ],
    containerStatuses: [
      {
        name: 'proxy',
        image: 'proxy:1',
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'the last words' } },
      },
    ],
  },
} satisfies Pod;

test('a pod keeps exactly the fields that its owners are found by and its status is read from', () => {
  const [condition] = KEPT.status.conditions;
  const [container] = KEPT.status.containerStatuses;
  const [proxy] = KEPT.spec.containers;
  const whole = {
    ...KEPT,
    metadata: { ...KEPT.metadata, annotations: { note: 'large' }, generateName: 'edge-' },
    spec: { ...KEPT.spec, containers: [{ ...proxy, env: [], image: 'proxy:1' }], volumes: [] },
    status: {
      ...KEPT.status,
      hostIP: '192.0.2.1',
      podIPs: [{ ip: '192.0.2.2' }],
      conditions: [{ ...condition, lastProbeTime: null }],
      containerStatuses: [{ ...container, imageID: 'sha256:0', volumeMounts: [] }],
    },
  };
  assert.deepEqual(trimPod(whole as Pod), KEPT);
});

test('a pod that has just been created is unchanged', () => {
  const pod: Pod = { metadata: { name: 'edge-1' }, spec: {}, status: { phase: 'Pending' } };
  assert.deepEqual(trimPod(pod), pod);
  assert.deepEqual(trimPod({ metadata: { name: 'edge-1' } }), { metadata: { name: 'edge-1' } });
});

test('a ReplicaSet loses its pod template and nothing else', () => {
  const kept = {
    kind: 'ReplicaSet',
    metadata: { name: 'edge', annotations: { 'deployment.kubernetes.io/revision': '2' } },
    status: { replicas: 2, conditions: [{ type: 'ReplicaFailure', status: 'True' }] },
  };
  const whole = { ...kept, spec: { replicas: 2, template: { spec: { containers: [] } } } };
  assert.deepEqual(trimReplicaSet(whole), { ...kept, spec: { replicas: 2 } });
  assert.deepEqual(trimReplicaSet(kept), kept);
});

test('only kinds that the operator does not write are trimmed, since it compares its own children completely', () => {
  assert.deepEqual(
    WATCHED_KINDS.filter((kind) => WATCHED[kind].trim !== undefined),
    ['ReplicaSet', 'Pod', 'Node'],
  );
  assert.equal(WATCHED.Pod.trim, trimPod);
  assert.equal(WATCHED.ReplicaSet.trim, trimReplicaSet);
});
