import { deployment, forbidden, observed, pod, progressing } from './fixtures.ts';
import { failing, type Row, TUNED } from './row.ts';

/** All were ready once. */
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

/** What the spec, the children and the Deployment tell. */
export const ROWS_OF_ROLLOUT: readonly Row[] = [
  {
    when: 'all replicas of the newest revision are available',
    given: observed(),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a child could not be applied yet, whatever the pods do',
    given: observed({ unfinished: ['Cannot apply Deployment yet: x. It is tried again.'] }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: 'Cannot apply Deployment yet: x. It is tried again.',
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
      '2 of 2 replicas ready. This version of the operator does not know, and leaves out: spec.bright and spec.shiny.',
  },
  {
    when: 'thousands of fields are not known to this version',
    given: observed({ ignored: Array.from({ length: 2000 }, (_, i) => `spec.backends[${i}].zone`) }),
    reason: 'Available',
    holds: 'Ready',
    message: /and leaves out: (spec\.backends\[\d+\]\.zone,? ){9}and 1991 more\.$/,
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
    when: 'a replica that served does not, and nothing tells since when',
    given: observed({ deployment: ONE_LEFT, pods: [unreadyPod()] }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'a replica was ready after its start and is no longer',
    given: observed({
      deployment: ONE_LEFT,
      pods: [unreadyPod('2026-11-23T11:10:00Z', { state: { running: { startedAt: STARTED } } })],
    }),
    reason: 'NotReady',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
  },
  {
    when: 'the container of a replica was started anew and is not ready yet',
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
    when: 'a replica more is asked for, and its pod has no node yet',
    given: observed({ deployment: ONE_LEFT, pods: [pod('a', undefined, { phase: 'Pending' })] }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready.',
  },
  {
    when: 'a replica more is asked for, and its pod has not been heard of',
    given: observed({ deployment: ONE_LEFT }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready.',
  },
  {
    when: 'a replica more is asked for, and its container has just started',
    given: observed({
      deployment: ONE_LEFT,
      pods: [unreadyPod('2026-11-23T10:59:58Z', { state: { running: { startedAt: STARTED } } })],
    }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas ready. Not ready on node n2.',
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
    when: 'a child has what stays as long as it lives',
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
      'The API server refuses Service "l4b-edge": Service "l4b-edge" is invalid: spec.loadBalancerClass: Invalid value: "b": may not change once set. That cannot be changed in place. Put the spec back, or let it be made anew, with other addresses: kubectl delete service l4b-edge -n shop.',
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
    message: new RegExp(`exceeded quota: few, .* Raise the ResourceQuota, or ask for .*${advice}\\.$`),
  })),
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
];
