import type { Health } from '../../report/health.ts';
import type { Thresholds } from '../configuration/health-policy.ts';
import type { CheckResult } from './check/result.ts';

export interface CheckedHealth {
  readonly health: Health;
  /** Number of results in a row that contradict `health`. */
  readonly against: number;
  /** Why the last check failed; empty after a success. */
  readonly reason: string;
}

export const UNKNOWN: CheckedHealth = { health: 'Unknown', against: 0, reason: '' };

/**
 * The health after one more check. The first result for an endpoint decides at once, since there is no
 * history to weigh it against. After that, a change takes as many results in a row as the threshold requires.
 * A check that the proxy could not make changes nothing.
 */
export const nextHealth = (
  checked: CheckedHealth,
  result: CheckResult,
  thresholds: Thresholds,
): CheckedHealth => {
  if (!result.ok && result.failure === 'Local') return checked;
  const reason = result.ok ? '' : result.reason;
  const observed: Health = result.ok ? 'Healthy' : 'Unhealthy';
  if (observed === checked.health) return { health: observed, against: 0, reason };
  const against = checked.against + 1;
  const needed =
    checked.health === 'Unknown'
      ? 1
      : result.ok
        ? thresholds.healthyThreshold
        : thresholds.unhealthyThreshold;
  if (against >= needed) return { health: observed, against: 0, reason };
  // An unhealthy endpoint that answers once keeps the reason why it became unhealthy.
  return { health: checked.health, against, reason: result.ok ? checked.reason : reason };
};
