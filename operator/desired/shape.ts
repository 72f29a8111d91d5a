import { CURRENT, type RevisionName } from './revisions/all.ts';

/** What the children depend on beside the spec: how things stand. */
export interface Shape {
  /** By which the pods are rendered; undefined leaves the workload as it is. */
  readonly revision: RevisionName | undefined;
  /** Pods that an autoscaler left; they stay as long as the spec names no number. */
  readonly keptReplicas: number | undefined;
  /** Whether the workload of the other kind stays for now: the new one does not serve yet. */
  readonly keepsOtherKind: boolean;
  /** Whether the API server knows PodMonitors. */
  readonly hasPodMonitors: boolean;
}

/** Of a resource of which there is nothing yet. */
export const NEW: Shape = {
  revision: CURRENT,
  keptReplicas: undefined,
  keepsOtherKind: false,
  hasPodMonitors: true,
};
