import type { Observed } from '../../../operator/status/observed.ts';
import {
  forbidden,
  observed,
  oldReplicaSet,
  pod,
  replicaFailure,
  replicaSet,
  STUCK,
  withContainer,
} from './fixtures.ts';
import { failing, type Row, TUNED } from './row.ts';

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
  message: '{"level":"fatal","msg":"proxy failed"}\nCannot listen on :9901.\n',
};

/** Problems that only the pods or their ReplicaSet show. */
export const ROWS_OF_PODS: readonly Row[] = [
  {
    when: 'a quota does not allow the pods',
    given: refusedPods(
      'pods "l4b-edge-new-x7k2p" is forbidden: exceeded quota: small, requested: limits.cpu=8, used: limits.cpu=8, limited: limits.cpu=8',
    ),
    reason: 'QuotaExceeded',
    holds: 'Stalled',
    message:
      'The API server refuses the pods: exceeded quota: small, requested: limits.cpu=8, used: limits.cpu=8, limited: limits.cpu=8. Raise the ResourceQuota, or request fewer replicas or smaller workload.resources. Replicas of the previous revision keep serving.',
  },
  {
    when: 'Pod Security of the namespace refuses the pods',
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
      "Node n1 refuses net.core.somaxconn, which tuning.profile Tuned requests. Allow it in the kubelet's configuration (allowedUnsafeSysctls: [net.core.somaxconn, net.ipv4.tcp_tw_reuse]), or choose other nodes with workload.nodeSelector, or set tuning.sysctlMethod: InitContainer, or use profile Restricted. So far, a few pods have been refused.",
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
      /^Nodes n1 and n2 refuse net\.core\.rmem_max, which tuning\.sysctls requests\. .*\[net\.core\.rmem_max\]/,
  },
  {
    when: 'probe pods have no result yet',
    given: failing(
      {
        gate: {
          kind: 'Trying',
          waiting: [
            { pool: { key: 'a', nodes: ['n1', 'n3'] }, verdictKey: 'a', why: 'it has no node yet' },
            { pool: { key: 'b', nodes: ['n2'] }, verdictKey: 'b', why: 'it is being created' },
          ],
        },
      },
      TUNED,
    ),
    reason: 'Preflight',
    holds: 'Reconciling',
    message:
      'A probe pod is trying the unsafe sysctls on nodes n1 and n2 before the rollout starts, for at most a minute; there is no result yet, because it has no node yet.',
  },
  {
    when: 'a probe pod was refused while replicas of the previous revision serve',
    given: observed(
      {
        deployment: STUCK,
        replicaSets: [replicaSet(), oldReplicaSet(2)],
        gate: {
          kind: 'Held',
          refusals: [{ node: 'n1', sysctls: ['net.core.somaxconn'] }],
          pods: 0,
          probes: ['l4b-edge-preflight-0', 'l4b-edge-preflight-1'],
        },
      },
      TUNED,
    ),
    reason: 'SysctlForbidden',
    holds: 'Stalled',
    message:
      "Node n1 refuses net.core.somaxconn, which tuning.profile Tuned requests. Allow it in the kubelet's configuration (allowedUnsafeSysctls: [net.core.somaxconn, net.ipv4.tcp_tw_reuse]), or choose other nodes with workload.nodeSelector, or set tuning.sysctlMethod: InitContainer, or use profile Restricted. A probe pod was refused, so the rollout does not start until the sysctls, the placement of the pods or the node object change. Once the kubelet allows them, run: kubectl delete pod l4b-edge-preflight-0 l4b-edge-preflight-1 -n shop. The 2 serving replicas are kept.",
  },
  {
    when: 'a rollout was stopped after three refused pods',
    given: failing(
      {
        gate: {
          kind: 'Held',
          refusals: [{ node: 'n1', sysctls: ['net.core.somaxconn'] }],
          pods: 3,
          probes: [],
        },
      },
      TUNED,
    ),
    reason: 'SysctlForbidden',
    holds: 'Stalled',
    message:
      /use profile Restricted\. 3 pods were refused; no more are created until .* Once the kubelet allows them, run: kubectl annotate deployment l4b-edge l4balancer\.dev\/rollout-stopped- -n shop\.$/,
  },
  {
    when: 'all replicas serve, but with the template before the refused one',
    given: observed(
      {
        gate: {
          kind: 'Stop',
          how: { kind: 'RollBack', replicaSet: 'l4b-edge-old' },
          record: { trial: 't', refusals: [{ node: 'n1', sysctls: [], mark: '' }], pods: 4 },
        },
      },
      TUNED,
    ),
    reason: 'SysctlForbidden',
    holds: 'Stalled',
    message:
      /^Node n1 refuses a sysctl of the pods, .* 4 pods were refused; .* The 2 serving replicas are kept\.$/,
  },
  {
    when: 'the init container cannot write a sysctl',
    given: failing(
      {
        pods: [
          pod('a', 'n1', {
            phase: 'Pending',
            initContainerStatuses: [
              {
                name: 'sysctls',
                state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
                lastState: {
                  terminated: {
                    exitCode: 1,
                    message:
                      'Cannot set net.core.somaxconn to 65535: the kernel rejects the value. Correct it in tuning.sysctls.\n',
                  },
                },
              },
            ],
          }),
        ],
      },
      TUNED,
    ),
    reason: 'SysctlNotSet',
    holds: 'Stalled',
    message:
      'Node n1 runs no proxy because the init container failed: Cannot set net.core.somaxconn to 65535: the kernel rejects the value. Correct it in tuning.sysctls. Alternatively, set tuning.sysctlMethod: PodSpec, or use profile Restricted.',
  },
  {
    when: 'the runtime does not grant a capability',
    given: container({ waiting: { reason: 'RunContainerError', message: CAPS } }),
    reason: 'ContainerStartFailed',
    holds: 'Stalled',
    message: /^Node n1 cannot start the proxy: .*unable to apply caps.*set tuning\.capabilities: \[\]/,
  },
  {
    when: 'the kubelet backs off after a failed start',
    given: container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=proxy' } },
      { terminated: { exitCode: 128, reason: 'StartError', message: CAPS } },
    ),
    reason: 'ContainerStartFailed',
    holds: 'Stalled',
    message: /^Node n1 cannot start the proxy: .*unable to apply caps/,
  },
  {
    when: 'the image does not contain the program',
    given: container({
      waiting: { reason: 'CreateContainerError', message: 'exec: "/x": executable file not found in $PATH' },
    }),
    reason: 'ContainerStartFailed',
    holds: 'Stalled',
    message: /The image does not contain the proxy/,
  },
  {
    when: 'an image cannot be pulled',
    given: container({
      waiting: { reason: 'ErrImagePull', message: 'pull access denied, repository does not exist' },
    }),
    reason: 'ImagePullFailed',
    holds: 'Reconciling',
    message:
      'Node n1 cannot pull the image registry.example/l4balancer-proxy:1.0: pull access denied, repository does not exist. Correct workload.image, or give the ServiceAccount an imagePullSecret.',
  },
  {
    when: 'the proxy crashes',
    given: container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=proxy' } },
      { terminated: EXIT_1 },
      { restartCount: 3 },
    ),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message: 'The proxy on node n1 exited with code 1: Cannot listen on :9901.',
  },
  {
    when: 'the program of an image from the spec crashes',
    given: failing(
      { pods: [withContainer('a', 'n1', { state: { terminated: EXIT_1 } })] },
      { workload: { replicas: 2, image: 'registry.example/other:1.0' } },
    ),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message:
      "The proxy on node n1 exited with code 1: Cannot listen on :9901. If workload.image is not a proxy's image, correct it.",
  },
  {
    when: 'the proxy exceeds its memory limit',
    given: container({ terminated: { exitCode: 137, reason: 'OOMKilled' } }),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message:
      'The proxy on node n1 was killed because it exceeded its memory limit of 8Gi: raise workload.resources.limits.memory.',
  },
  {
    when: 'no node has enough CPU',
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
      'A pod cannot be scheduled: 0/2 nodes are available: 2 Insufficient cpu. Request less in workload.resources, or add nodes.',
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
      'Node n1 terminated a few pods: Evicted: The node was low on resource: memory. They are being replaced.',
  },
  {
    when: 'a proxy that crashed once has served since and is now unready',
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
    when: 'the liveness probe restarts the proxy repeatedly',
    given: container(
      { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 20s restarting failed container=proxy' } },
      { terminated: { exitCode: 0, reason: 'Completed' } },
    ),
    reason: 'CrashLoop',
    holds: 'Reconciling',
    message: 'The proxy on node n1 exited with code 0 and left no message.',
  },
  {
    when: 'refused pods have been replaced, and one of the replacements is not ready',
    given: failing(
      {
        pods: [
          forbidden('a', 'n1'),
          pod('b', 'n2', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
          pod('c', 'n3', { phase: 'Running', conditions: [{ type: 'Ready', status: 'False' }] }),
        ],
      },
      TUNED,
    ),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '0 of 2 replicas ready. Not ready on node n3.',
  },
];
