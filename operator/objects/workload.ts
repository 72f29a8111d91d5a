import type { Sysctl } from '../../crds/tuning.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { ObjectCondition } from './object-condition.ts';
import type { Placement } from './placement.ts';
import type { PullPolicy } from './pull-policy.ts';

/**
 * Annotation of a workload that says why its rollout was stopped. It outlives the operator, and the failed
 * pods, which are removed.
 */
export const ROLLOUT_STOPPED = 'l4balancer.dev/rollout-stopped';

/** A pod template as the API server holds it. Only some fields are read, but all of them can be sent back. */
export interface LiveTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly [key: string]: unknown;
  };
  readonly spec?: Placement & {
    readonly securityContext?: { readonly sysctls?: readonly Sysctl[] };
    readonly containers?: readonly LiveContainer[];
  };
  readonly [key: string]: unknown;
}

interface LiveContainer {
  readonly name: string;
  readonly image?: string;
  readonly imagePullPolicy?: PullPolicy;
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly template?: LiveTemplate;
}

/** The workload that runs the pods, of either kind. Here and below, only the fields used. */
export interface LiveWorkload {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec?: WorkloadSpec;
}

export interface Deployment extends KubeObject {
  readonly spec?: WorkloadSpec;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly ObjectCondition[];
  };
}

/** The caches hold it without its pod template. */
export interface ReplicaSet extends KubeObject {
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly ObjectCondition[];
  };
}
