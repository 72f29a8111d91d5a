import type { Condition } from '../../../crds/status.ts';
import type { ReportedFinding } from '../../../report/tolerant.ts';
import { DOWN, failedReading, notPolled, observed, pod, REPORT, reading } from './fixtures.ts';
import type { Row } from './row.ts';

const finding = (code: string, message: string, more: Partial<ReportedFinding> = {}): ReportedFinding => ({
  code,
  path: 'spec',
  message,
  ...more,
});
const EMPTY = [{ name: 'web', endpoints: 0, ready: 0 }];

/** Both replicas report that the backend `web` has no endpoint for this reason. */
const empty = (code: string, message: string, spec: object = {}) => {
  const report = { backends: EMPTY, findings: [finding(code, message, { backend: 'web' })] };
  return observed({ readings: [reading('a', report), reading('b', report)] }, spec);
};

const before = (reason: string, observedGeneration: number): readonly Condition[] => [
  {
    type: 'Ready',
    status: reason === 'Available' ? 'True' : 'False',
    reason,
    message: 'As before.',
    lastTransitionTime: '2026-11-23T11:00:00Z',
    observedGeneration,
  },
];

/** Problems that the proxies report. */
export const ROWS_OF_PROXIES: readonly Row[] = [
  {
    when: 'all proxies serve what the spec requests',
    given: observed({ readings: [reading('a'), reading('b')] }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a backend’s Service does not exist',
    given: empty('ServiceNotFound', 'backend "web", Service "web": The Service does not exist: create it'),
    reason: 'ServiceNotFound',
    holds: 'Reconciling',
    message: 'Listener web: Backend "web", Service "web": The Service does not exist: create it.',
  },
  {
    when: 'a backend’s Service does not exist, but endpoints are not required',
    given: empty('ServiceNotFound', 'gone', { readiness: { requireEndpoints: false } }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a backend’s Service does not exist and the resource is paused',
    given: empty('ServiceNotFound', 'gone', { paused: true, workload: { replicas: 2 } }),
    reason: 'Paused',
    holds: '',
    message: 'spec.paused is true: changes are not applied. 2 of 2 replicas ready.',
  },
  {
    when: 'a Service is of type ExternalName',
    given: empty('ExternalName', 'no'),
    reason: 'ExternalName',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'a Service does not have the port',
    given: empty('PortNotFound', 'no'),
    reason: 'ServicePortNotFound',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'a Service has no endpoints',
    given: empty('NoEndpoints', 'no'),
    reason: 'NoEndpoints',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'no pod of a Service is ready',
    given: empty('NoneReady', 'no'),
    reason: 'EndpointsNotReady',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'a backend points back to the balancer',
    given: empty('OwnListener', 'no'),
    reason: 'OwnListener',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'every endpoint has weight 0',
    given: empty('NoWeight', 'no'),
    reason: 'NoWeight',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'every endpoint is unhealthy for one of the replicas',
    given: observed({
      readings: [
        reading('a'),
        reading('b', {
          backends: [{ name: 'web', endpoints: 3, ready: 0 }],
          findings: [finding('EndpointsUnhealthy', 'no', { backend: 'web' })],
        }),
      ],
    }),
    reason: 'EndpointsUnhealthy',
    holds: 'Reconciling',
    message: 'Listener web: No. (1 of 2 replicas.)',
  },
  {
    when: 'too few endpoints are healthy, but some are',
    given: observed({
      readings: [
        reading('a', {
          backends: [{ name: 'web', endpoints: 9, ready: 1 }],
          findings: [finding('EndpointsUnhealthy', 'no', { backend: 'web' })],
        }),
      ],
    }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a proxy of an older version reports only that there is no endpoint',
    given: observed({ readings: [reading('a', { backends: EMPTY })] }),
    reason: 'NoEndpoints',
    holds: 'Reconciling',
    message: 'Listener web: Backend "web" has no endpoint that accepts connections.',
  },
  {
    when: 'a proxy of an older version reports a finding without a code',
    given: observed({
      readings: [
        reading('a', { backends: EMPTY, findings: [{ path: 'spec.backends[0].service', message: 'gone' }] }),
      ],
    }),
    reason: 'NoEndpoints',
    holds: 'Reconciling',
    message: 'Listener web: Spec.backends[0].service: gone.',
  },
  {
    when: 'a backend that no listener uses has no endpoint',
    given: observed({ readings: [reading('a', { backends: [{ name: 'old', endpoints: 0, ready: 0 }] })] }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'the port of a listener is in use',
    given: observed({
      readings: [
        reading('a', { findings: [finding('PortTaken', 'taken', { listener: 'web' })] }),
        reading('b'),
      ],
    }),
    reason: 'PortTaken',
    holds: 'Reconciling',
    message: 'Listener web: Taken. (1 of 2 replicas.)',
  },
  {
    when: 'the port of a listener is in use and endpoints are not required',
    given: observed(
      { readings: [reading('a', { findings: [finding('PortTaken', 'taken', { listener: 'web' })] })] },
      { readiness: { requireEndpoints: false } },
    ),
    reason: 'PortTaken',
    holds: 'Reconciling',
    message: 'Listener web: Taken.',
  },
  {
    when: 'a listener cannot be opened for another reason',
    given: observed({
      readings: [reading('a', { findings: [finding('ListenerNotOpened', 'no', { listener: 'web' })] })],
    }),
    reason: 'ListenerNotOpened',
    holds: 'Reconciling',
    message: 'Listener web: No.',
  },
  {
    when: 'a proxy omits a listener that it does not understand',
    given: observed({
      readings: [
        reading('a', { listeners: [], findings: [finding('NotUnderstood', 'new', { listener: 'web' })] }),
      ],
    }),
    reason: 'NotUnderstood',
    holds: 'Stalled',
    message: 'Listener web: New.',
  },
  {
    when: 'a proxy omits a part that it does not understand but serves the listener',
    given: observed({ readings: [reading('a', { findings: [finding('NotUnderstood', 'new')] })] }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a proxy refuses the spec',
    given: observed({
      readings: [
        reading('a', {
          revision: 'generation/6',
          findings: [finding('SpecRefused', 'is not known', { path: 'spec.listeners[0].protocol' })],
        }),
        reading('b'),
      ],
    }),
    reason: 'SpecRefused',
    holds: 'Stalled',
    message: 'Spec.listeners[0].protocol: is not known. (1 of 2 replicas.)',
  },
  {
    when: 'a serving proxy no longer follows its resource',
    given: observed({
      readings: [
        reading('a', {
          follows: false,
          loss: { code: 'Unauthorized', problem: 'Cannot follow Services: 401' },
        }),
        reading('b'),
      ],
    }),
    reason: 'NotFollowing',
    holds: 'Reconciling',
    message:
      'The proxy receives no changes to the spec or to endpoints: Cannot follow Services: 401. (1 of 2 replicas.)',
  },
  {
    when: 'a new pod is not ready because it is not allowed to watch',
    given: observed({
      deployment: DOWN,
      pods: [pod('a', 'n1', { phase: 'Running', podIP: '10.0.0.1' })],
      readings: [
        reading('l4b-edge-new-a', {
          isReady: false,
          revision: undefined,
          listeners: [],
          backends: [],
          follows: false,
          loss: { code: 'Forbidden', problem: 'Cannot follow L4Balancer shop/edge: 403' },
        }),
      ],
    }),
    reason: 'NotFollowing',
    holds: 'Reconciling',
    message:
      'The proxy receives no changes to the spec or to endpoints: Cannot follow L4Balancer shop/edge: 403.',
  },
  {
    when: 'during a rollout, a pod of the previous revision refuses the spec that the new pods are for',
    given: observed({
      deployment: DOWN,
      readings: [reading('old', { findings: [finding('SpecRefused', 'is not known')] })],
    }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '0 of 2 replicas ready.',
  },
  {
    when: 'during a rollout, a pod of the previous revision no longer follows its resource',
    given: observed({
      deployment: DOWN,
      readings: [
        reading('old', { follows: false, loss: { code: 'Unauthorized', problem: 'Cannot follow: 401' } }),
      ],
    }),
    reason: 'NotFollowing',
    holds: 'Reconciling',
    message: 'The proxy receives no changes to the spec or to endpoints: Cannot follow: 401.',
  },
  {
    when: 'several listeners fail for different reasons',
    given: observed(
      {
        readings: [
          reading('a', {
            listeners: ['web', 'two', 'three'],
            backends: [...EMPTY, { name: 'api', endpoints: 0, ready: 0 }],
            findings: [
              finding('NoEndpoints', 'none', { backend: 'api' }),
              finding('ServiceNotFound', 'gone', { backend: 'web' }),
            ],
          }),
        ],
      },
      {
        listeners: [
          { name: 'web', port: 8080, backend: 'web' },
          { name: 'two', port: 8081, backend: 'web' },
          { name: 'three', port: 8082, backend: 'api' },
        ],
        backends: ['web', 'api'].map((name) => ({ name, service: { name, port: 80 } })),
      },
    ),
    reason: 'ServiceNotFound',
    holds: 'Reconciling',
    message: 'Listeners two and web: Gone. Listener three: None.',
  },
  {
    when: 'a pod serves an older generation of the spec',
    given: observed({ readings: [reading('a', { revision: 'generation/6' }), reading('b')] }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '1 of 2 replicas has not reported on this spec yet.',
    previous: before('Available', 6),
  },
  {
    when: 'no proxy has been polled yet',
    given: observed({ readings: [notPolled('a'), notPolled('b')] }),
    reason: 'Progressing',
    holds: 'Reconciling',
    message: '2 of 2 replicas have not reported on this spec yet.',
    previous: before('Progressing', 7),
  },
  {
    when: 'an operator has just started and all was well before',
    given: observed({ readings: [notPolled('a')] }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
    previous: before('Available', 7),
  },
  {
    when: 'an operator has just started and there was a problem before',
    given: observed({ readings: [notPolled('a')] }),
    reason: 'NoEndpoints',
    holds: 'Reconciling',
    message: 'As before.',
    previous: before('NoEndpoints', 7),
  },
  {
    when: 'no proxy can be reached',
    given: observed({ readings: [failedReading('a'), failedReading('b')] }),
    reason: 'Available',
    holds: 'Ready',
    message: '2 of 2 replicas ready.',
  },
  {
    when: 'a proxy that had no endpoint can no longer be reached',
    given: observed({ readings: [failedReading('a', { last: { ...REPORT, backends: EMPTY } })] }),
    reason: 'NoEndpoints',
    holds: 'Reconciling',
    message: 'Listener web: Backend "web" has no endpoint that accepts connections.',
  },
];
