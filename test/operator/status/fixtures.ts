import type { Condition } from '../../../crds/status.ts';
import type { ObjectCondition } from '../../../operator/objects/object-condition.ts';
import type { ContainerStatus, Pod } from '../../../operator/objects/pod.ts';
import type { Deployment, ReplicaSet } from '../../../operator/objects/workload.ts';
import type { Observed } from '../../../operator/status/observed.ts';
import type { Reading, Report } from '../../../operator/status/reading.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { balancer } from '../owner.ts';

export const NOW = '2026-11-23T12:00:00Z';
const CURRENT = 'rs-new';

/** A Deployment as its controller reports it; by default, 2 of 2 replicas are ready. */
export const deployment = (status: object = {}, metadata: object = {}): Deployment => ({
  metadata: {
    name: 'l4b-edge',
    uid: 'deployment',
    generation: 3,
    annotations: { 'deployment.kubernetes.io/revision': '2' },
    ...metadata,
  },
  spec: { replicas: 2 },
  status: {
    observedGeneration: 3,
    replicas: 2,
    updatedReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    conditions: [progressing('NewReplicaSetAvailable')],
    ...status,
  },
});

export const progressing = (reason: string): ObjectCondition => ({
  type: 'Progressing',
  status: 'True',
  reason,
});

export const replicaFailure = (message: string): ObjectCondition => ({
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  message,
});

/** No replica of the newest revision is up; two of the previous one are. */
export const STUCK = deployment({
  replicas: 2,
  updatedReplicas: 0,
  conditions: [progressing('ReplicaSetUpdated')],
});

/** No replica is up at all. */
export const DOWN = deployment({
  replicas: 2,
  updatedReplicas: 2,
  readyReplicas: 0,
  availableReplicas: 0,
  conditions: [progressing('ReplicaSetUpdated')],
});

export const replicaSet = (conditions: readonly ObjectCondition[] = []): ReplicaSet => ({
  metadata: { name: 'l4b-edge-new', uid: CURRENT, annotations: { 'deployment.kubernetes.io/revision': '2' } },
  status: { replicas: 0, readyReplicas: 0, conditions },
});

export const oldReplicaSet = (readyReplicas: number): ReplicaSet => ({
  metadata: {
    name: 'l4b-edge-old',
    uid: 'rs-old',
    annotations: { 'deployment.kubernetes.io/revision': '1' },
  },
  status: { replicas: readyReplicas, readyReplicas },
});

export const pod = (
  name: string,
  nodeName: string | undefined,
  status: Pod['status'],
  owner = CURRENT,
): Pod => ({
  metadata: {
    name: `l4b-edge-new-${name}`,
    ownerReferences: [{ kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
  },
  spec: nodeName === undefined ? {} : { nodeName },
  ...(status === undefined ? {} : { status }),
});

/** A pod as refused by a kubelet that does not allow its sysctls. */
export const forbidden = (name: string, node: string, sysctl = 'net.core.somaxconn'): Pod =>
  pod(name, node, {
    phase: 'Failed',
    reason: 'SysctlForbidden',
    message: `forbidden sysctl: "${sysctl}" not allowlisted`,
  });

export const withContainer = (name: string, node: string, container: Partial<ContainerStatus>): Pod =>
  pod(name, node, {
    phase: 'Pending',
    containerStatuses: [
      { name: 'proxy', image: 'registry.example/l4balancer-proxy:1.0', ready: false, ...container },
    ],
  });

export const observed = (more: Partial<Observed> = {}, spec: object = {}): Observed => ({
  namespace: 'shop',
  name: 'edge',
  generation: 7,
  spec: balancer({ workload: { replicas: 2 }, ...spec }).spec,
  findings: [],
  ignored: [],
  tolerated: [],
  deployment: deployment(),
  replicaSets: [replicaSet()],
  pods: [],
  service: {
    metadata: { name: 'l4b-edge' },
    spec: { clusterIP: '10.96.0.9' },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } },
  },
  rendering: {},
  unknownRevision: undefined,
  hasPodMonitors: true,
  problems: [],
  unfinished: [],
  gate: { kind: 'Open' },
  readings: [],
  before: undefined,
  contests: [],
  identity: 'operator-0 (Lease system/operator)',
  ...more,
});

/** The report of a pod that serves generation 7 of the resource `edge`, as in `observed`. */
export const REPORT: Report = {
  revision: 'generation/7',
  follows: true,
  loss: undefined,
  knobs: [],
  certificates: [],
  listeners: ['web'],
  limiting: [],
  uptimeMs: 60_000,
  shares: [],
  backends: [{ name: 'web', endpoints: 1, ready: 1 }],
  findings: [],
};
export const reading = (
  pod: string,
  more: Partial<Report & { isReady: boolean; node: string }> = {},
): Reading => ({ kind: 'Read', pod, node: 'n1', isReady: true, ...REPORT, ...more });

export const notPolled = (pod: string): Reading => ({ kind: 'NotPolled', pod, node: 'n1', isReady: true });

export const failedReading = (
  pod: string,
  more: Partial<Extract<Reading, { kind: 'Failed' }>> = {},
): Reading => ({
  kind: 'Failed',
  pod,
  node: 'n1',
  isReady: true,
  why: 'it did not respond within 3 s.',
  last: undefined,
  ...more,
});

/**
 * The status as a person reads it: the conditions of kstatus that are True, and the reason and message of
 * Ready.
 */
export const summaryOf = (input: Observed, previous: readonly Condition[] = []) => {
  const { conditions = [] } = statusOf(input, previous, NOW);
  const holds = conditions
    .filter(({ type, status }) => type !== 'Warnings' && status === 'True')
    .map(({ type }) => type);
  const ready = conditions.find(({ type }) => type === 'Ready');
  return { holds: holds.join(' '), reason: ready?.reason ?? '', message: ready?.message ?? '' };
};
