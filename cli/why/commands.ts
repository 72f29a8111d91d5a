import { OPERATOR_LABEL } from '../cluster/pods.ts';

/** What commands are about. */
export interface About {
  readonly namespace: string;
  readonly name: string;
  /** Selects the proxy pods; empty before the operator has written it. */
  readonly selector: string;
  /** Services of the backends. */
  readonly services: readonly string[];
}

type Commands = (about: About) => readonly string[];

const patch =
  (spec: object): Commands =>
  ({ namespace, name }) => [
    `kubectl -n ${namespace} patch l4b ${name} --type=merge -p '${JSON.stringify({ spec })}'`,
  ];

const edit: Commands = ({ namespace, name }) => [`kubectl -n ${namespace} edit l4b ${name}`];

const pods =
  (verb: string, more = ''): Commands =>
  ({ namespace, selector }) =>
    // Without a selector, it would be about every pod.
    selector === '' ? [] : [`kubectl -n ${namespace} ${verb} -l ${selector}${more}`];

const show =
  (what: string): Commands =>
  ({ namespace }) => [`kubectl -n ${namespace} ${what}`];

const both =
  (...all: readonly Commands[]): Commands =>
  (about) =>
    all.flatMap((one) => one(about));

/** Where a backend has fixed endpoints instead of a Service, they are in the resource. */
const endpoints: Commands = (about) =>
  about.services.length === 0
    ? edit(about)
    : about.services.map(
        (service) =>
          `kubectl -n ${about.namespace} get endpointslices -l kubernetes.io/service-name=${service}`,
      );

const upgrade: Commands = ({ namespace, name }) => [
  `kubectl -n ${namespace} annotate l4b ${name} l4balancer.dev/upgrade=true --overwrite`,
];

const describePods = pods('describe pods');
const lastOutput = pods('logs', ' --previous --tail=20');

/** Commands by reason; a reason without any is mended in the resource. */
const BY_REASON: Readonly<Record<string, Commands>> = {
  ScaledToZero: ({ namespace, name }) => [`kubectl -n ${namespace} scale l4b ${name} --replicas=2`],
  Paused: patch({ paused: false }),
  Progressing: ({ namespace, name }) => [`kubectl l4b status ${name} -n ${namespace} -w`],
  NoOperator: () => [`kubectl get pods -A -l ${OPERATOR_LABEL}`],
  OperatorBehind: () => [`kubectl get pods -A -l ${OPERATOR_LABEL}`],
  NotReady: describePods,
  DeadlineExceeded: describePods,
  ContainerStartFailed: describePods,
  ImagePullFailed: both(describePods, edit),
  CrashLoop: lastOutput,
  PodNotReady: describePods,
  PodsRestart: lastOutput,
  PodFailed: pods('get pods', ' -o wide'),
  Unschedulable: both(describePods, () => ['kubectl describe nodes']),
  ReplicasUnschedulable: both(describePods, () => ['kubectl describe nodes']),
  QuotaExceeded: show('describe resourcequota'),
  PodSecurityViolation: patch({ tuning: { profile: 'Restricted' } }),
  PodsRefused: show('get events --field-selector=type=Warning'),
  ApplyRefused: show('get events --field-selector=type=Warning'),
  SysctlForbidden: patch({ tuning: { sysctlMethod: 'InitContainer' } }),
  NameTaken: ({ namespace, name }) => [
    `kubectl -n ${namespace} get deployments,daemonsets,services,serviceaccounts -l app.kubernetes.io/instance!=${name}`,
  ],
  ServiceNotFound: show('get services'),
  ServicePortNotFound: show('get services'),
  ExternalName: show('get services'),
  NoEndpoints: endpoints,
  EndpointsNotReady: endpoints,
  EndpointsUnhealthy: endpoints,
  BackupsServe: endpoints,
  EndpointsOut: endpoints,
  SpecRefused: upgrade,
  NotUnderstood: upgrade,
  FieldsIgnored: upgrade,
  RevisionUnknown: upgrade,
  NotFollowing: pods('logs', ' --tail=20'),
  ProxySilent: show('get networkpolicies'),
  ProxiesUnreachable: show('get networkpolicies'),
  SourceListMissing: show('get configmaps'),
  SourceListInvalid: show('get configmaps'),
  SecretMissing: show('get secrets'),
  CertificateInvalid: show('get secrets'),
  CertificateExpired: show('get secrets'),
  CertificateExpires: show('get secrets'),
  CaBundleMissing: show('get configmaps,secrets'),
  CaBundleInvalid: show('get configmaps,secrets'),
  CaBundleExpires: show('get configmaps,secrets'),
  CaBundleExpired: show('get configmaps,secrets'),
  RevocationListExpires: show('get configmaps,secrets'),
  RevocationListMissing: show('get configmaps,secrets'),
  RevocationListInvalid: show('get configmaps,secrets'),
  RevocationListExpired: show('get configmaps,secrets'),
  SourcesHidden: patch({ service: { externalTrafficPolicy: 'Local' } }),
  LoadBalancerPortsRefused: patch({ service: { protocols: 'Separate' } }),
};

/** Commands for a reason. */
export const commandsFor = (reason: string, about: About): readonly string[] => {
  const commands = (Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined) ?? edit;
  return commands(about);
};
