import { ApiError } from '../../kube/errors.ts';
import type { Logger } from '../../program/log.ts';
import { codeOf } from '../errors/operator-error.ts';
import type { Backoffs } from '../queue/backoffs.ts';
import type { Queue } from '../queue/queue.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import { stable } from '../text/stable.ts';
import type { Outcome } from './outcome.ts';

export interface OutcomeDeps {
  readonly queue: Pick<Queue, 'addAfter'>;
  readonly backoffs: Backoffs;
  readonly metrics: Pick<ControllerMetrics, 'reconciled' | 'retried'>;
  /** The last logged refusal of each key: an object that changes all the time is refused all the time. */
  readonly refusals: Map<string, string>;
  readonly log: Logger;
}

/** Logs, counts and requeues the outcome of a reconcile; nothing else does. */
export const handleOutcome = (
  key: string,
  outcome: Outcome,
  { queue, backoffs, metrics, refusals, log }: OutcomeDeps,
): void => {
  const lastLogged = refusals.get(key);
  // A failure says nothing about refusals: the next attempt may find the same one.
  if (outcome.kind !== 'Retry') refusals.delete(key);
  switch (outcome.kind) {
    case 'Done':
      backoffs.forget(key);
      metrics.reconciled('success');
      log.debug({ key }, 'reconciled');
      return;
    case 'Requeue':
      backoffs.forget(key);
      metrics.reconciled('requeue_after');
      log.debug({ key, why: outcome.why, afterMs: outcome.afterMs }, 'reconciled, requeued for later');
      queue.addAfter(key, outcome.afterMs);
      return;
    case 'Retry': {
      // Not before the time that the API server asked to wait.
      const askedMs = outcome.error instanceof ApiError ? (outcome.error.retryAfterMs ?? 0) : 0;
      const afterMs = Math.max(backoffs.next(key), askedMs);
      metrics.reconciled('error');
      metrics.retried();
      log.warn({ key, afterMs, code: codeOf(outcome.error), error: outcome.error }, 'reconcile failed');
      queue.addAfter(key, afterMs);
      return;
    }
    case 'Refused': {
      backoffs.forget(key);
      metrics.reconciled('refused');
      const refusal = outcome.what.map(stable).sort().join('\n');
      refusals.set(key, refusal);
      const about = { key, afterMs: outcome.afterMs, refused: outcome.what };
      if (refusal === lastLogged) log.debug(about, 'children still refused');
      else log.warn(about, 'children refused');
      queue.addAfter(key, outcome.afterMs);
      return;
    }
    default:
      outcome satisfies never;
  }
};
