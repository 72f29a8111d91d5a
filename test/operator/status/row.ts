import type { Condition } from '../../../crds/status.ts';
import type { Observed } from '../../../operator/status/observed.ts';
import type { Reason } from '../../../report/reasons/reasons.ts';
import { DOWN, observed } from './fixtures.ts';

/** An observed state, and the status that it leads to. */
export interface Row {
  readonly when: string;
  readonly given: Observed;
  /** The conditions before. */
  readonly previous?: readonly Condition[];
  readonly reason: Reason;
  /** Which of Ready, Reconciling and Stalled are True. */
  readonly holds: string;
  readonly message: string | RegExp;
}

export const TUNED = { workload: { replicas: 2 }, tuning: { profile: 'Tuned' } };

/** No replica is up. */
export const failing = (given: Partial<Observed>, spec: object = {}): Observed =>
  observed({ deployment: DOWN, ...given }, spec);
