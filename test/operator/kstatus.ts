/** What a tool that waits makes of an object. */
export type Waited = 'InProgress' | 'Current' | 'Failed' | 'Terminating';

/** The fields that decide it, of any kind of object. */
export interface Waitable {
  readonly metadata: { readonly generation?: number; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * The decision that kstatus documents for custom resources, which Flux, kpt and Helm wait by: on its way out; a generation that nobody has
 * acted on; the two conditions that are abnormal when True, in their order; then Ready. What has none of these counts as done.
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
