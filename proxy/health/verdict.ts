import type { Health } from '../../report/health.ts';
import type { Thresholds } from '../configuration/health-policy.ts';
import type { CheckResult } from './check/result.ts';

export interface Verdict {
  readonly health: Health;
  /** Results in a row that speak against `health`. */
  readonly against: number;
  /** Why the last check failed; empty after a success. */
  readonly reason: string;
}

export const UNKNOWN: Verdict = { health: 'Unknown', against: 0, reason: '' };

/**
 * The verdict after one more result. The first result of an endpoint that was never checked decides at once in both directions: there is
 * no history that a threshold could protect. After that a change takes the threshold's number of results in a row. A check that the proxy
 * could not make changes nothing.
 */
export const nextVerdict = (verdict: Verdict, result: CheckResult, thresholds: Thresholds): Verdict => {
  if (!result.ok && result.failure === 'Local') return verdict;
  const reason = result.ok ? '' : result.reason;
  const says: Health = result.ok ? 'Healthy' : 'Unhealthy';
  if (says === verdict.health) return { health: says, against: 0, reason };
  const against = verdict.against + 1;
  const needed =
    verdict.health === 'Unknown'
      ? 1
      : result.ok
        ? thresholds.healthyThreshold
        : thresholds.unhealthyThreshold;
  if (against >= needed) return { health: says, against: 0, reason };
  // An unhealthy endpoint that answers once keeps the reason that took it out.
  return { health: verdict.health, against, reason: result.ok ? verdict.reason : reason };
};
