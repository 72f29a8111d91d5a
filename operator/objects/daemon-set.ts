import type { KubeObject } from '../../kube/object.ts';
import type { Deployment, LiveWorkload } from './workload.ts';

/** Only the fields used. */
export interface DaemonSet extends KubeObject {
  readonly spec?: NonNullable<LiveWorkload['spec']>;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly desiredNumberScheduled?: number;
    readonly currentNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly numberAvailable?: number;
  };
}

/**
 * Presents a DaemonSet as a Deployment, so that one set of checks serves both: its nodes are the wanted
 * replicas.
 */
export const asDeployment = ({ metadata, spec, status = {} }: DaemonSet): Deployment => ({
  metadata,
  spec: { ...spec, replicas: status.desiredNumberScheduled ?? 0 },
  status: {
    observedGeneration: status.observedGeneration ?? 0,
    replicas: status.currentNumberScheduled ?? 0,
    updatedReplicas: status.updatedNumberScheduled ?? 0,
    readyReplicas: status.numberReady ?? 0,
    availableReplicas: status.numberAvailable ?? 0,
    conditions: [],
  },
});
