import type { LiveWorkload } from '../objects/workload.ts';
import { CURRENT, type RevisionName } from './revisions/all.ts';

/** What the children depend on besides the spec: the current state. */
export interface Shape {
  /** The revision that renders the pods; undefined if this operator does not know it. */
  readonly revision: RevisionName | undefined;
  /**
   * The workload whose pod template is kept if the revision is unknown; undefined if none exists, and then
   * there is no wanted workload either.
   */
  readonly kept: LiveWorkload | undefined;
  /** Number of pods that a removed autoscaler left; kept as long as the spec leaves the number open. */
  readonly keptReplicas: number | undefined;
  /** Whether the workload of the other kind is kept for now, because the new one does not serve yet. */
  readonly keepsOtherKind: boolean;
  /** Uid of the ServiceAccount that the pods are created for; undefined if it was never replaced. */
  readonly account: string | undefined;
  /** Whether the API server serves PodMonitors. */
  readonly hasPodMonitors: boolean;
  /** Whether the operator may write Secrets: an installation may withhold that right. */
  readonly hasSecrets: boolean;
}

/** For a resource without any children yet. */
export const NEW: Shape = {
  revision: CURRENT,
  kept: undefined,
  keptReplicas: undefined,
  keepsOtherKind: false,
  account: undefined,
  hasPodMonitors: true,
  hasSecrets: true,
};
