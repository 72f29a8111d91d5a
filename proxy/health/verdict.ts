import type { Health } from '../../report/health.ts';
import type { Thresholds } from '../configuration/health-policy.ts';
import type { CheckResult } from './check/result.ts';

export interface Verdict {
  readonly health: Health;
  /** Number of results in a row that contradict `health`. */
  readonly against: number;
  /** Why the last check failed; empty after a success. */
  readonly reason: string;
}

export const UNKNOWN: Verdict = { health: 'Unknown', against: 0, reason: '' };

/**
 * The verdict after one more result. The first result for an endpoint decides at once, since there is no
 * history to weigh it against. After that, a change takes as many results in a row as the threshold observed.
 * A check that the proxy could not make changes nothing.
 */
export const nextVerdict = (verdict: Verdict, result: CheckResult, thresholds: Thresholds): Verdict => {
  if (!result.ok && result.failure === 'Local') return verdict;
  const reason = result.ok ? '' : result.reason;
  const observed: Health = result.ok ? 'Healthy' : 'Unhealthy';
  if (observed === verdict.health) return { health: observed, against: 0, reason };
  const against = verdict.against + 1;
  const needed =
    verdict.health === 'Unknown'
      ? 1
      : result.ok
        ? thresholds.healthyThreshold
        : thresholds.unhealthyThreshold;
  if (against >= needed) return { health: observed, against: 0, reason };
  // An unhealthy endpoint that answers once keeps the reason why it became unhealthy.
  return { health: verdict.health, against, reason: result.ok ? verdict.reason : reason };
};
