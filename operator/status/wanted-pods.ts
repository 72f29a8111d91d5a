import { replicasOf } from '../desired/replicas.ts';
import type { Observed } from './observed.ts';

/** Proxy pods that there should be: as the spec says, else as an autoscaler or the nodes have it. */
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

/** Proxy pods that the capacity is planned for: an autoscaler makes as many as it may once the connections are there. */
export const plannedPods = (observed: Pick<Observed, 'spec' | 'deployment' | 'rendering'>): number => {
  const { autoscaling } = observed.spec?.workload ?? {};
  return observed.spec?.capacity === undefined || autoscaling === undefined
    ? wantedPods(observed)
    : autoscaling.maxReplicas;
};
