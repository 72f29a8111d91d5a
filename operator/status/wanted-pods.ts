import { replicasOf } from '../desired/replicas.ts';
import type { Observed } from './observed.ts';

/** The wanted number of proxy pods: from the spec, or else what an autoscaler or the nodes determine. */
export const wantedPods = ({
  spec,
  deployment,
  rendering,
}: Pick<Observed, 'spec' | 'deployment' | 'rendering'>): number => {
  const live = deployment?.spec?.replicas;
  if (spec === undefined) return live ?? 0;
  return (
    replicasOf(spec, rendering.autoscaledReplicas) ?? live ?? spec.workload.autoscaling?.minReplicas ?? 0
  );
};

/**
 * The number of pods that capacity is planned for. An autoscaler is assumed to reach its maximum under load.
 */
export const plannedPods = (observed: Pick<Observed, 'spec' | 'deployment' | 'rendering'>): number => {
  const { autoscaling } = observed.spec?.workload ?? {};
  return observed.spec?.capacity === undefined || autoscaling === undefined
    ? wantedPods(observed)
    : autoscaling.maxReplicas;
};
