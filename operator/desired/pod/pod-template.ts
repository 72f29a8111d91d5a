import { childName } from '../../../crds/child-name.ts';
import { durationMs } from '../../../crds/duration.ts';
import { effectiveTuning } from '../../../crds/effective.ts';
import { childLabels } from '../../objects/child-labels.ts';
import type { Owner } from '../../objects/owner.ts';
import { assignSysctls, inPodSpec } from '../../sysctls/assign-sysctls.ts';
import { container, imageOf } from './container.ts';
import type { RenderSettings } from './render-settings.ts';
import { podSecurityContext } from './security-context.ts';
import { sysctlWriter } from './sysctl-writer.ts';
import { topologySpread } from './topology-spread.ts';

export type PodTemplate = ReturnType<typeof podTemplate>;

/**
 * The proxy pods of any kind of workload, by revision r1. A change here that affects every pod would restart
 * all existing pods: make it in revisions/ instead. Nothing of listeners, backends or replicas is in it.
 */
export const podTemplate = (owner: Owner, settings: RenderSettings) => {
  const { workload } = owner.spec;
  const tuning = effectiveTuning(owner.spec);
  const assigned = assignSysctls(tuning, settings.kubelet);
  const {
    nodeSelector,
    tolerations,
    affinity,
    priorityClassName,
    podAnnotations,
    podLabels,
    imagePullSecrets,
  } = workload;
  return {
    metadata: {
      labels: { ...podLabels, ...childLabels(owner.name) },
      // Omitted when empty: `kubectl rollout restart` keeps its own annotation here.
      ...given({ annotations: podAnnotations }),
    },
    spec: {
      serviceAccountName: childName(owner.name),
      automountServiceAccountToken: true,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: Math.max(
        1,
        Math.ceil(durationMs(workload.terminationGracePeriod) / 1000),
      ),
      // Otherwise names of the cluster would be resolved by the node's own DNS servers.
      ...(tuning.hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
      securityContext: podSecurityContext(inPodSpec(assigned)),
      ...given({ initContainers: sysctlWriter(imageOf(owner, settings), assigned, tuning) }),
      containers: [container(owner, settings)],
      ...given({
        topologySpreadConstraints: topologySpread(owner.name, owner.spec),
        imagePullSecrets,
        nodeSelector,
        tolerations,
        affinity,
        priorityClassName,
      }),
    },
  };
};

/** Omits empty lists and maps, which would be owned fields to no purpose. */
const given = <T extends Record<string, unknown>>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined && (typeof value !== 'object' || value === null || Object.keys(value).length > 0),
    ),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
