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
