import { deployment, forbidden, observed, pod, progressing } from './fixtures.ts';
import { failing, type Row, TUNED } from './row.ts';

/** All replicas were ready before. */
const ONE_LEFT = deployment({ readyReplicas: 1, availableReplicas: 1 });
const STARTED = '2026-11-23T11:00:00Z';

const unreadyPod = (since?: string, container?: object) =>
  pod('a', 'n2', {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'False', ...(since === undefined ? {} : { lastTransitionTime: since }) },
    ],
    ...(container === undefined
      ? {}
      : { containerStatuses: [{ name: 'proxy', ready: false, ...container }] }),
  });

const PENDING = { metadata: { name: 'l4b-edge' }, spec: { clusterIP: '10.96.0.9' } };
const DNS = [
  { name: 'dns', port: 53, protocol: 'UDP', backend: 'web' },
  { name: 'dns-tcp', port: 53, backend: 'web' },
];

/** Problems that the spec, the children and the Deployment show. */
export const ROWS_OF_ROLLOUT: readonly Row[] = [
  {
    when: 'all replicas of the newest revision are available',
    given: observed(),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a child could not be applied yet, even if all pods serve',
    given: observed({ unfinished: ['Cannot apply Deployment yet: x. The operator retries.'] }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: 'Cannot apply Deployment yet: x. The operator retries.',
  },
  {
    when: 'no load balancer has assigned an address',
    given: observed({ service: PENDING }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready. The Service has no external address yet; its cluster IP is shown.',
  },
  {
    when: 'no load balancer has assigned an address to a Service with both protocols',
    given: observed({ service: PENDING }, { listeners: DNS }),
    reason: 'Available',
    holds: 'Ready',
    message:
      '2 of 2 replicas ready. The Service has no external address yet; its cluster IP is shown. If its load balancer refuses TCP and UDP in one Service, set service.protocols to Separate, which makes a second one for UDP.',
  },
  {
    when: 'no load balancer has assigned an address to the second Service',
    given: observed({ udpService: PENDING }, { listeners: DNS, service: { protocols: 'Separate' } }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready. The Service has no external address yet; its cluster IP is shown.',
  },
  {
    when: 'pods failed during the rollout and have been replaced',
    given: observed({ pods: [forbidden('a', 'n1'), forbidden('b', 'n1')] }, TUNED),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'this version does not know some fields',
    given: observed({ ignored: ['spec.shiny', 'spec.bright'] }),
    reason: 'Available',
    holds: 'Ready',
    message:
      '2 of 2 replicas ready. This version of the operator does not know and ignores: spec.bright and spec.shiny.',
  },
  {
    when: 'this version does not know thousands of fields',
    given: observed({ ignored: Array.from({ length: 2000 }, (_, i) => `spec.backends[${i}].zone`) }),
    reason: 'Available',
    holds: 'Ready',
    message: /and ignores: (spec\.backends\[\d+\]\.zone,? ){9}and 1991 more\.$/,
  },
  {
    when: 'no replicas are requested',
    given: observed(
      { deployment: deployment({ replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 }) },
      { workload: { replicas: 0 } },
    ),
    reason: 'ScaledToZero',
    holds: 'Ready',
    message: 'Scaled to zero replicas: nothing is served.',
  },
  {
    when: 'the resource is paused and serves',
    given: observed({}, { paused: true, workload: { replicas: 2 } }),
    reason: 'Paused',
    holds: 'Ready',
    message: 'spec.paused is true: changes are not applied. 2 of 2 replicas ready.',
  },
  {
    when: 'the resource is paused and was never applied',
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
    message: 'The Deployment is being created.',
  },
  {
    when: 'the Deployment’s controller has not processed the change',
    given: observed({ deployment: deployment({}, { generation: 4 }) }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: 'The Deployment has changed; its controller has not processed the change yet.',
  },
  {
    when: 'a new revision is being rolled out',
    given: observed({
      deployment: deployment({ updatedReplicas: 1, conditions: [progressing('ReplicaSetUpdated')] }),
    }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas updated to the newest revision.',
  },
  {
    when: 'pods of the newest revision have been created but are not ready yet',
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
    message: 'Replicas that are no longer needed are being stopped.',
  },
  {
    when: 'a replica that served is unready, since an unknown time',
    given: observed({ deployment: ONE_LEFT, pods: [unreadyPod()] }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'a replica was ready after its start and no longer is',
    given: observed({
      deployment: ONE_LEFT,
      pods: [unreadyPod('2026-11-23T11:10:00Z', { state: { running: { startedAt: STARTED } } })],
    }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'the container of a replica was restarted and is not ready yet',
    given: observed({
      deployment: ONE_LEFT,
      pods: [
        unreadyPod('2026-11-23T10:00:00Z', { restartCount: 1, state: { running: { startedAt: STARTED } } }),
      ],
    }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'the pod of an additional replica has no node yet',
    given: observed({ deployment: ONE_LEFT, pods: [pod('a', undefined, { phase: 'Pending' })] }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready.',
  },
  {
    when: 'the pod of an additional replica has not been observed yet',
    given: observed({ deployment: ONE_LEFT }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready.',
  },
  {
    when: 'the container of an additional replica has just started',
    given: observed({
      deployment: ONE_LEFT,
      pods: [unreadyPod('2026-11-23T10:59:58Z', { state: { running: { startedAt: STARTED } } })],
    }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'there is no progress until the deadline and no known cause',
    given: failing({
      deployment: deployment({
        availableReplicas: 0,
        readyReplicas: 0,
        conditions: [progressing('ProgressDeadlineExceeded')],
      }),
    }),
    reason: 'DeadlineExceeded',
    holds: 'Stalled',
    message: '0 of 2 replicas ready. The Deployment made no progress before its deadline.',
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
      'Cannot read the spec, so nothing is changed: spec.listeners[0].port: 99999 is above 65535. Correct it, or bring the CRD and the operator to the same version.',
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
      'Service "l4b-edge" exists and was not made for this resource, so it is left unchanged. Remove or rename it, or rename the L4Balancer.',
  },
  {
    when: 'another resource has the Service of a name that ends in -udp',
    given: failing({
      problems: [
        {
          cause: 'NameTaken',
          kind: 'Service',
          name: 'l4b-edge-udp',
          message: 'exists and belongs to L4Balancer "edge-udp"',
        },
      ],
    }),
    reason: 'NameTaken',
    holds: 'Stalled',
    message:
      'Service "l4b-edge-udp" exists and belongs to L4Balancer "edge-udp", so it is left unchanged. Rename one of the two L4Balancers, or omit service.protocols of the one whose second Service this is.',
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
      'The API server refuses Deployment "l4b-edge": deployments.apps "l4b-edge" is forbidden: User "operator" cannot patch resource "deployments". The operator tries again every few minutes.',
  },
  {
    when: 'a child has an immutable field that would change',
    given: observed({
      problems: [
        {
          cause: 'Refused',
          kind: 'Service',
          name: 'l4b-edge',
          message:
            'Service "l4b-edge" is invalid: spec.loadBalancerClass: Invalid value: "b": may not change once set',
        },
      ],
    }),
    reason: 'ApplyRefused',
    holds: 'Stalled',
    message:
      'The API server refuses Service "l4b-edge": Service "l4b-edge" is invalid: spec.loadBalancerClass: Invalid value: "b": may not change once set. This field cannot be changed in place. Revert the spec, or delete the object to have it recreated (its addresses change): kubectl delete service l4b-edge -n shop.',
  },
  ...(
    [
      ['no more load balancers', 'services.loadbalancers=1', 'service.type: ClusterIP'],
      ['no more node ports', 'services.nodeports=1', 'service.type: ClusterIP'],
      ['no more Services of any type', 'pods=1,services=1', 'service.type: None'],
    ] as const
  ).map(([what, requested, advice]) => ({
    when: `a quota allows ${what}`,
    given: observed({
      problems: [
        {
          cause: 'Refused' as const,
          kind: 'Service',
          name: 'l4b-edge',
          message: `services "l4b-edge" is forbidden: exceeded quota: few, requested: ${requested}, used: x=5, limited: x=5`,
        },
      ],
    }),
    reason: 'QuotaExceeded' as const,
    holds: 'Stalled' as const,
    message: new RegExp(
      `exceeded quota: few, .* Raise the ResourceQuota, or (?:use|do without) .*${advice}\\.$`,
    ),
  })),
  {
    when: 'a quota does not allow a child',
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
];
