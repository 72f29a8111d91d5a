import type { LiveWorkload } from '../objects/workload.ts';
import { CURRENT, type RevisionName } from './revisions/all.ts';

/** What the children depend on beside the spec: how things stand. */
export interface Shape {
  /** By which the pods are rendered; undefined where this operator does not know it. */
  readonly revision: RevisionName | undefined;
  /**
   * Whose pod template stays then; undefined where nothing runs, and there is no workload without a revision.
   */
  readonly kept: LiveWorkload | undefined;
  /** Pods that an autoscaler left; they stay as long as the spec names no number. */
  readonly keptReplicas: number | undefined;
  /** Whether the workload of the other kind stays for now: the new one does not serve yet. */
  readonly keepsOtherKind: boolean;
  /** The ServiceAccount that the pods are made for; undefined as long as it was never replaced. */
  readonly account: string | undefined;
  /** Whether the API server knows PodMonitors. */
  readonly hasPodMonitors: boolean;
}

/** Of a resource of which there is nothing yet. */
export const NEW: Shape = {
  revision: CURRENT,
  kept: undefined,
  keptReplicas: undefined,
  keepsOtherKind: false,
  account: undefined,
  hasPodMonitors: true,
};
