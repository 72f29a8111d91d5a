import type { ChildSuffix } from '../../crds/child-name.ts';
import type { Manifest } from '../../kube/apply.ts';
import type { Owner } from '../objects/owner.ts';
import { withAccount } from './account.ts';
import { daemonSet } from './daemon-set.ts';
import { deployment } from './deployment.ts';
import { horizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts';
import { keptWorkload } from './kept-workload.ts';
import { networkPolicy } from './network-policy.ts';
import type { RenderSettings } from './pod/render-settings.ts';
import { podDisruptionBudget } from './pod-disruption-budget.ts';
import { podMonitor } from './pod-monitor.ts';
import { role } from './role.ts';
import { roleBinding } from './role-binding.ts';
import { isSplit, service, udpService } from './service.ts';
import { serviceAccount } from './service-account.ts';
import { NEW, type Shape } from './shape.ts';
import { ticketSecret } from './ticket-secret.ts';

/** A kind of child with the wanted object; undefined if there should be none. */
export interface Child {
  readonly apiVersion: string;
  readonly kind: string;
  /** Of its name, if it is the second child of its kind. */
  readonly suffix?: ChildSuffix;
  readonly wanted: Manifest | undefined;
}

/**
 * All children of a resource, in the order in which they are applied: what the pods need comes before the
 * pods, and what scales or scrapes them after. A kind that is not in the list is left unchanged. To add a
 * kind of child, add a line here and one in watch/kinds.ts.
 */
export const children = (owner: Owner, settings: RenderSettings, shape: Shape = NEW): readonly Child[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', wanted: serviceAccount(owner) },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', wanted: role(owner) },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', wanted: roleBinding(owner) },
  ...(shape.hasSecrets
    ? [{ apiVersion: 'v1', kind: 'Secret', suffix: '-tickets' as const, wanted: ticketSecret(owner) }]
    : []),
  ...services(owner),
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', wanted: networkPolicy(owner) },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    wanted: podDisruptionBudget(owner, shape.keptReplicas),
  },
  ...workloads(owner, settings, shape),
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', wanted: horizontalPodAutoscaler(owner) },
  ...(shape.hasPodMonitors
    ? [{ apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', wanted: podMonitor(owner) }]
    : []),
];

/** The one that loses ports comes first, because no other Service can have their node ports until then. */
const services = (owner: Owner): readonly Child[] => {
  const first = { apiVersion: 'v1', kind: 'Service', wanted: service(owner) };
  const second = { apiVersion: 'v1', kind: 'Service', suffix: '-udp', wanted: udpService(owner) } as const;
  return isSplit(owner) ? [first, second] : [second, first];
};

/** The requested kind of workload. The other kind is removed, but only once the new one serves. */
const workloads = (owner: Owner, settings: RenderSettings, shape: Shape): readonly Child[] => {
  const { revision, kept, keepsOtherKind, account } = shape;
  const isDaemonSet = owner.spec.workload.kind === 'DaemonSet';
  const [kind, other] = isDaemonSet ? ['DaemonSet', 'Deployment'] : ['Deployment', 'DaemonSet'];
  const apiVersion = 'apps/v1';
  const rendered = isDaemonSet ? daemonSet(owner, settings, revision) : deployment(owner, settings, shape);
  const wanted = revision === undefined ? kept && keptWorkload(rendered, kept) : rendered;
  return [
    ...(wanted === undefined ? [] : [{ apiVersion, kind, wanted: withAccount(wanted, account) }]),
    ...(keepsOtherKind ? [] : [{ apiVersion, kind: other, wanted: undefined }]),
  ];
};
