import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseL4Balancer } from '../../../crds/parse.ts';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { ticketSecret } from '../../../operator/desired/ticket-secret.ts';
import type { Pod } from '../../../operator/objects/pod.ts';
import type { Secret } from '../../../operator/objects/secret.ts';
import { TICKETS_ROTATED } from '../../../operator/objects/ticket-keys.ts';
import { WATCHED, WATCHED_KINDS } from '../../../operator/watch/kinds.ts';
import { trimPod, trimReplicaSet, trimSecret } from '../../../operator/watch/trim.ts';
import { asWritten, trimBalancer } from '../../../operator/watch/trim-balancer.ts';
import { MINIMAL, owner } from '../owner.ts';

const TERMINATING = {
  name: 'https',
  port: 8443,
  backend: 'web',
  tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }] },
};

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

test('a Secret loses its data, and annotations that may have a copy of it', () => {
  const kept = {
    ...ticketSecret(owner({ listeners: [TERMINATING] })),
    metadata: {
      ...ticketSecret(owner({ listeners: [TERMINATING] }))?.metadata,
      name: 'l4b-edge-tickets',
      uid: 'u',
      resourceVersion: '7',
      annotations: { [TICKETS_ROTATED]: '2026-11-30T12:00:00Z' },
    },
  };
  const whole = {
    ...kept,
    metadata: { ...kept.metadata, annotations: { ...kept.metadata.annotations, copy: 'c2VjcmV0' } },
    data: { keys: 'c2VjcmV0' },
    stringData: { keys: 'secret' },
  };
  assert.deepEqual(trimSecret(whole as Secret), kept);
  // What the operator writes is compared, so none of it may be lost.
  const written = ticketSecret(owner({ listeners: [TERMINATING] }));
  assert.deepEqual(trimSecret(written as Secret), written);
});

test('besides Secrets, only kinds that the operator does not write are trimmed, since it compares its own children completely', () => {
  assert.deepEqual(
    WATCHED_KINDS.filter((kind) => WATCHED[kind].trim !== undefined),
    ['L4Balancer', 'Secret', 'ReplicaSet', 'Pod', 'Node'],
  );
  assert.equal(WATCHED.Secret.trim, trimSecret);
  assert.equal(WATCHED.Pod.trim, trimPod);
  assert.equal(WATCHED.ReplicaSet.trim, trimReplicaSet);
});

test('of the managedFields of a resource, the writers of its spec are kept, and nothing of it is dropped', () => {
  const writer = (manager: string, fields: object, more: object = {}) => ({
    manager,
    operation: 'Update',
    time: '2026-12-01T00:00:00Z',
    fieldsV1: fields,
    ...more,
  });
  const managedFields = [
    writer('helm', { 'f:spec': { 'f:listeners': {} } }),
    writer('kubectl', { 'f:spec': { 'f:workload': {} } }, { subresource: 'scale' }),
    writer('kubectl-annotate', { 'f:metadata': {} }),
    writer('l4balancer-operator', { 'f:status': {} }, { subresource: 'status' }),
  ];
  const metadata = { name: 'edge', managedFields };
  const { listeners, backends } = MINIMAL;
  const root = { apiVersion: API_VERSION, kind: KIND, metadata, spec: { listeners, backends }, status: {} };
  const trimmed = trimBalancer(root);
  const specWriters = [
    { by: 'helm', at: '2026-12-01T00:00:00Z' },
    { by: 'kubectl (scale)', at: '2026-12-01T00:00:00Z' },
  ];
  assert.deepEqual(trimmed, { ...root, specWriters });
  // Otherwise every status would say that the operator does not know a field.
  assert.deepEqual(parseL4Balancer(asWritten(trimmed), 'Report').ignored, []);
});
