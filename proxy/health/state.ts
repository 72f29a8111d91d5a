/** What the checks of one endpoint say. Unknown until the first check has answered; it counts as healthy, so that a start waits for no check. */
export type Health = 'Unknown' | 'Healthy' | 'Unhealthy';

export type CheckResult =
  | { readonly ok: true }
  /** `local`: the proxy itself could not make the check, which says nothing about the endpoint. */
  | { readonly ok: false; readonly reason: string; readonly local?: true };

export interface Thresholds {
  /** Successes in a row that make an endpoint healthy. */
  readonly healthyThreshold: number;
  /** Failures in a row that make it unhealthy. */
  readonly unhealthyThreshold: number;
}

export interface HealthState {
  readonly health: Health;
  /** Results in a row that speak against `health`. */
  readonly against: number;
  /** Why the last check failed; empty after a success. */
  readonly reason: string;
}

export interface Transition {
  readonly from: Health;
  readonly to: Health;
  /** Why the endpoint became unhealthy; empty when it became healthy. */
  readonly reason: string;
}

export const UNKNOWN: HealthState = { health: 'Unknown', against: 0, reason: '' };

/**
 * The state after one more result. The first result of an endpoint that was never checked decides at once in both directions: there is
 * no history that a threshold could protect. After that a change takes the threshold's number of results in a row. A check that the proxy
 * could not make changes nothing.
 */
export const nextHealth = (
  state: HealthState,
  result: CheckResult,
  thresholds: Thresholds,
): { readonly state: HealthState; readonly transition?: Transition } => {
  if (!result.ok && result.local) return { state };
  const reason = result.ok ? '' : result.reason;
  const says: Health = result.ok ? 'Healthy' : 'Unhealthy';
  if (says === state.health) return { state: { health: says, against: 0, reason } };
  const against = state.against + 1;
  const needed =
    state.health === 'Unknown' ? 1 : result.ok ? thresholds.healthyThreshold : thresholds.unhealthyThreshold;
  if (against < needed)
    // An unhealthy endpoint that answers once keeps the reason that took it out.
    return { state: { health: state.health, against, reason: result.ok ? state.reason : reason } };
  return {
    state: { health: says, against: 0, reason },
    transition: { from: state.health, to: says, reason },
  };
};
