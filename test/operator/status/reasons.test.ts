import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observed } from '../../../operator/status/observed.ts';
import { isReason, REASONS, type Reason } from '../../../operator/status/reasons.ts';
import {
  DOWN,
  deployment,
  forbidden,
  observed,
  oldReplicaSet,
  pod,
  progressing,
  replicaFailure,
  replicaSet,
  STUCK,
  told,
  withContainer,
} from './fixtures.ts';

interface Row {
  readonly when: string;
  readonly given: Observed;
  readonly reason: Reason;
  /** Which of Ready, Reconciling and Stalled are True. */
  readonly holds: string;
  readonly message: string | RegExp;
}

const TUNED = { workload: { replicas: 2 }, tuning: { profile: 'Tuned' } };
const failing = (given: Partial<Observed>, spec: object = {}): Observed =>
  observed({ deployment: DOWN, ...given }, spec);
const refusedPods = (message: string): Observed =>
  failing(
    { deployment: STUCK, replicaSets: [replicaSet([replicaFailure(message)]), oldReplicaSet(2)] },
    TUNED,
  );
const container = (state: object, lastState: object = {}, more: object = {}): Observed =>
  failing({ pods: [withContainer('a', 'n1', { state, lastState, ...more })] }, TUNED);

const CAPS =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply caps: operation not permitted: unknown';
const EXIT_1 = {
  exitCode: 1,
  reason: 'Error',
  message: '{"level":"fatal","msg":"proxy ends"}\nCannot listen on :9901.\n',
};

const ROWS: readonly Row[] = [
  {
    when: 'all replicas of the newest revision are available',
    given: observed(),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'no load balancer has given an address',
    given: observed({ service: { metadata: { name: 'l4b-edge' }, spec: { clusterIP: '10.96.0.9' } } }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready. The Service has no external address yet; its cluster IP is shown.',
  },
  {
    when: 'pods failed on the way, and others took their places',
    given: observed({ pods: [forbidden('a', 'n1'), forbidden('b', 'n1')] }, TUNED),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'fields are not known to this version',
    given: observed({ ignored: ['spec.shiny', 'spec.bright'] }),
    reason: 'Available',
    holds: 'Ready',
    message:
      '2 of 2 replicas ready. This version of the operator does not know, and leaves out: spec.bright, spec.shiny.',
  },
  {
    when: 'none are asked for',
    given: observed(
      { deployment: deployment({ replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 }) },
      { workload: { replicas: 0 } },
    ),
    reason: 'ScaledToZero',
    holds: 'Ready',
    message: 'Scaled to zero replicas: nothing is served.',
  },
  {
    when: 'it is paused and serves',
    given: observed({}, { paused: true, workload: { replicas: 2 } }),
    reason: 'Paused',
    holds: 'Ready',
    message: 'spec.paused is true: changes are not applied. 2 of 2 replicas ready.',
  },
  {
    when: 'it is paused and was never applied',
    given: observed({ deployment: undefined }, { paused: true }),
    reason: 'Paused',
    holds: '',
    message: 'spec.paused is true: changes are not applied. 0 of 2 replicas ready.',
  },
  {
    when: 'there is no Deployment yet',
    given: observed({ deployment: undefined }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: 'The Deployment is being made.',
  },
  {
    when: 'the Deployment’s controller has not seen the change',
    given: observed({ deployment: deployment({}, { generation: 4 }) }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: 'The Deployment has changed; its controller has not taken it up yet.',
  },
  {
    when: 'a new revision is rolled out',
    given: observed({
      deployment: deployment({ updatedReplicas: 1, conditions: [progressing('ReplicaSetUpdated')] }),
    }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas made of the newest revision.',
  },
  {
    when: 'pods of the newest revision have been made and are not up yet',
    given: failing({}),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '0 of 2 replicas ready.',
  },
  {
    when: 'the last of the old pods are stopping',
    given: observed({ deployment: deployment({ replicas: 3 }) }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: 'Replicas that are no longer wanted are being stopped.',
  },
  {
    when: 'a replica that served does not',
    given: observed({ deployment: deployment({ readyReplicas: 1, availableReplicas: 1 }) }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready.',
  },
  {
    when: 'the pod of a replica runs and is not ready',
    given: observed({
      deployment: deployment({ readyReplicas: 1, availableReplicas: 1 }),
      pods: [pod('a', 'n2', { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] })],
    }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'a proxy that crashed once has served since, and does not now',
    given: failing({
      pods: [
        pod('a', 'n1', {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-11-23T11:00:00Z' }],
          containerStatuses: [
            {
              name: 'proxy',
              ready: false,
              restartCount: 1,
              state: { running: { startedAt: '2026-11-23T10:00:00Z' } },
              lastState: { terminated: EXIT_1 },
            },
          ],
        }),
      ],
    }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '0 of 2 replicas ready. Not ready on node n1.',
  },
  {
    when: 'the proxy is ended in order again and again, by its liveness probe',
    given: container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=proxy' } },
      { terminated: { exitCode: 0, reason: 'Completed' } },
    ),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message: 'The proxy on node n1 ended with exit code 0; it left no message.',
  },
  {
    when: 'nothing moves until the deadline, and nothing says why',
    given: failing({
      deployment: deployment({
        availableReplicas: 0,
        readyReplicas: 0,
        conditions: [progressing('ProgressDeadlineExceeded')],
      }),
    }),
    reason: 'DeadlineExceeded',
    holds: 'Stalled',
    message: "0 of 2 replicas ready. There was no progress for the Deployment's deadline.",
  },
  {
    when: 'the spec cannot be read',
    given: observed({
      spec: undefined,
      findings: [{ path: 'spec.listeners[0].port', message: '99999 is above 65535' }],
    }),
    reason: 'InvalidSpec',
    holds: 'Stalled',
    message:
      'Cannot read the spec, so nothing is changed: spec.listeners[0].port: 99999 is above 65535. Correct it, or bring CRD and operator to the same version.',
  },
  {
    when: 'the name of a child is taken',
    given: failing({
      problems: [
        {
          cause: 'NameTaken',
          kind: 'Service',
          name: 'l4b-edge',
          message: 'exists and was not made for this resource',
        },
        { cause: 'Refused', kind: 'Role', name: 'l4b-edge', message: 'is forbidden' },
      ],
    }),
    reason: 'NameTaken',
    holds: 'Stalled',
    message:
      'Service "l4b-edge" exists and was not made for this resource, so it is left as it is. Remove or rename it, or give the L4Balancer another name.',
  },
  {
    when: 'the API server refuses a child',
    given: observed({
      problems: [
        {
          cause: 'Refused',
          kind: 'Deployment',
          name: 'l4b-edge',
          message:
            'deployments.apps "l4b-edge" is forbidden: User "operator" cannot patch resource "deployments"',
        },
      ],
    }),
    reason: 'ApplyRefused',
    holds: 'Stalled',
    message:
      'The API server refuses Deployment "l4b-edge": deployments.apps "l4b-edge" is forbidden: User "operator" cannot patch resource "deployments". It is tried again every few minutes.',
  },
  {
    when: 'a quota has no room for a child',
    given: observed({
      problems: [
        {
          cause: 'Refused',
          kind: 'Service',
          name: 'l4b-edge',
          message:
            'services "l4b-edge" is forbidden: exceeded quota: few, requested: services=1, used: services=5, limited: services=5',
        },
      ],
    }),
    reason: 'QuotaExceeded',
    holds: 'Stalled',
    message: /exceeded quota: few.*Raise the ResourceQuota/,
  },
  {
    when: 'a quota has no room for the pods',
    given: refusedPods(
      'pods "l4b-edge-new-x7k2p" is forbidden: exceeded quota: small, requested: limits.cpu=8, used: limits.cpu=8, limited: limits.cpu=8',
    ),
    reason: 'QuotaExceeded',
    holds: 'Stalled',
    message:
      'The API server refuses the pods: exceeded quota: small, requested: limits.cpu=8, used: limits.cpu=8, limited: limits.cpu=8. Raise the ResourceQuota, or ask for fewer replicas or smaller workload.resources. Replicas of the previous revision keep serving.',
  },
  {
    when: 'the namespace’s Pod Security refuses the pods',
    given: refusedPods(
      'pods "l4b-edge-new-q2w4r" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "proxy" must set securityContext.allowPrivilegeEscalation=false), forbidden sysctls (net.core.somaxconn, net.ipv4.tcp_tw_reuse)',
    ),
    reason: 'PodSecurityViolation',
    holds: 'Stalled',
    message:
      /^The API server refuses the pods: violates PodSecurity "restricted:latest": .* Use tuning\.profile Restricted, or label the namespace/,
  },
  {
    when: 'a LimitRange refuses the pods',
    given: refusedPods(
      'pods "l4b-edge-new-q2w4r" is forbidden: maximum cpu usage per Container is 2, but limit is 8',
    ),
    reason: 'PodsRefused',
    holds: 'Stalled',
    message:
      'The API server refuses the pods: maximum cpu usage per Container is 2, but limit is 8. Replicas of the previous revision keep serving.',
  },
  {
    when: 'a kubelet does not allow a sysctl of the profile',
    given: failing({ pods: [forbidden('a', 'n1'), forbidden('b', 'n1')] }, TUNED),
    reason: 'SysctlForbidden',
    holds: 'Stalled',
    message:
      "Node n1 refuses net.core.somaxconn, which tuning.profile Tuned asks for. Allow it in the kubelet's configuration (allowedUnsafeSysctls: [net.core.somaxconn, net.ipv4.tcp_tw_reuse]), or choose nodes that do with workload.nodeSelector, or use profile Restricted without it. So far a few pods were refused.",
  },
  {
    when: 'kubelets do not allow a sysctl that the spec names',
    given: failing(
      { pods: [forbidden('a', 'n1', 'net.core.rmem_max'), forbidden('b', 'n2', 'net.core.rmem_max')] },
      { workload: { replicas: 2 }, tuning: { sysctls: [{ name: 'net.core.rmem_max', value: '1' }] } },
    ),
    reason: 'SysctlForbidden',
    holds: 'Stalled',
    message:
      /^Nodes n1 and n2 refuse net\.core\.rmem_max, which tuning\.sysctls asks for\. .*\[net\.core\.rmem_max\]/,
  },
  {
    when: 'the runtime does not grant a capability',
    given: container({ waiting: { reason: 'RunContainerError', message: CAPS } }),
    reason: 'ContainerStartFailed',
    holds: 'Stalled',
    message: /^Node n1 cannot start the proxy: .*unable to apply caps.*set tuning\.capabilities: \[\]/,
  },
  {
    when: 'the kubelet waits before it tries a start that failed',
    given: container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=proxy' } },
      { terminated: { exitCode: 128, reason: 'StartError', message: CAPS } },
    ),
    reason: 'ContainerStartFailed',
    holds: 'Stalled',
    message: /^Node n1 cannot start the proxy: .*unable to apply caps/,
  },
  {
    when: 'the image has no program',
    given: container({
      waiting: { reason: 'CreateContainerError', message: 'exec: "/x": executable file not found in $PATH' },
    }),
    reason: 'ContainerStartFailed',
    holds: 'Stalled',
    message: /The image has no proxy in it/,
  },
  {
    when: 'an image cannot be pulled',
    given: container({
      waiting: { reason: 'ErrImagePull', message: 'pull access denied, repository does not exist' },
    }),
    reason: 'ImagePullFailed',
    holds: 'Reconciling',
    message:
      'Node n1 cannot get the image registry.example/l4balancer-proxy:1.0: pull access denied, repository does not exist. Correct workload.image, or give the ServiceAccount an imagePullSecret.',
  },
  {
    when: 'the proxy ends by itself',
    given: container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=proxy' } },
      { terminated: EXIT_1 },
      { restartCount: 3 },
    ),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message: 'The proxy on node n1 ended with exit code 1: Cannot listen on :9901.',
  },
  {
    when: 'the proxy uses more memory than it may',
    given: container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message:
      'The proxy on node n1 was killed for using more memory than its limit of 8Gi: raise workload.resources.limits.memory.',
  },
  {
    when: 'no node has room',
    given: failing({
      pods: [
        pod('a', undefined, {
          phase: 'Pending',
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              reason: 'Unschedulable',
              message:
                '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
            },
          ],
        }),
      ],
    }),
    reason: 'Unschedulable',
    holds: 'Reconciling',
    message:
      'No node takes a pod: 0/2 nodes are available: 2 Insufficient cpu. Ask for less in workload.resources, add nodes, or change nodeSelector, tolerations or affinity.',
  },
  {
    when: 'a node evicts pods',
    given: failing({
      pods: [
        pod('a', 'n1', {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
        }),
      ],
    }),
    reason: 'PodFailed',
    holds: 'Reconciling',
    message:
      'Node n1 ended a few pods: Evicted: The node was low on resource: memory. New ones are made in their place.',
  },
];

for (const { when, given, reason, holds, message } of ROWS)
  test(`when ${when}, the reason is ${reason}`, () => {
    const said = told(given);
    assert.deepEqual([said.reason, said.holds], [reason, holds], said.message);
    if (typeof message === 'string') assert.equal(said.message, message);
    else assert.match(said.message, message);
  });

test('every reason of the catalogue is in this table', () => {
  assert.deepEqual([...new Set(ROWS.map(({ reason }) => reason))].sort(), Object.keys(REASONS).sort());
});

test('every reason says what it means and what to do', () => {
  for (const [reason, { meaning, whatToDo }] of Object.entries(REASONS)) {
    assert.ok(isReason(reason));
    assert.match(meaning, /\.$/, reason);
    assert.match(whatToDo, /\.$/, reason);
  }
});

test('what was only slow is stalled once the Deployment’s deadline has passed, for the same reason', () => {
  const late = failing({
    deployment: deployment({ availableReplicas: 0, conditions: [progressing('ProgressDeadlineExceeded')] }),
    pods: [
      withContainer('a', 'n1', { state: { waiting: { reason: 'ErrImagePull', message: 'no such host' } } }),
    ],
  });
  assert.deepEqual([told(late).reason, told(late).holds], ['ImagePullFailed', 'Stalled']);
});
