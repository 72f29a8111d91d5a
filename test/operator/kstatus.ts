/** How a tool that waits sees an object. */
export type Waited = 'InProgress' | 'Current' | 'Failed' | 'Terminating';

/** The fields of any object that kstatus reads. */
export interface Waitable {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * The decision that kstatus documents for custom resources, which Flux, kpt and Helm wait for: first
 * deletion, then an unobserved generation, then the two conditions that are abnormal when True, in this
 * order, then Ready. An object without any of these counts as current.
 */
export const kstatus = ({ metadata, status = {} }: Waitable): Waited => {
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const { observedGeneration, conditions = [] } = status;
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) return 'InProgress';
  for (const condition of conditions) {
    if (condition.status !== 'True') continue;
    if (condition.type === 'Reconciling') return 'InProgress';
    if (condition.type === 'Stalled') return 'Failed';
  }
  const ready = conditions.find(({ type }) => type === 'Ready');
  return ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress';
};
