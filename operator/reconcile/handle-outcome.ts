import { ApiError } from '../../kube/errors.ts';
import { codeOf } from '../errors/operator-error.ts';
import type { Logger } from '../log/log.ts';
import type { Backoffs } from '../queue/backoffs.ts';
import type { Queue } from '../queue/queue.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import { stable } from '../text/stable.ts';
import type { Outcome } from './outcome.ts';

export interface OutcomeDeps {
  readonly queue: Pick<Queue, 'addAfter'>;
  readonly backoffs: Backoffs;
  readonly metrics: Pick<ControllerMetrics, 'reconciled' | 'retried'>;
  /** What is refused of each key, as it was told last: an object that changes all the time is refused all the time. */
  readonly refusals: Map<string, string>;
  readonly log: Logger;
}

/** The one place that logs, counts and requeues what a reconcile came to. */
export const handleOutcome = (
  key: string,
  outcome: Outcome,
  { queue, backoffs, metrics, refusals, log }: OutcomeDeps,
): void => {
  const lastLogged = refusals.get(key);
  // A failure says nothing of what is refused: the next try may find it as it was.
  if (outcome.kind !== 'Retry') refusals.delete(key);
  switch (outcome.kind) {
    case 'Done':
      backoffs.forget(key);
      metrics.reconciled('success');
      log.debug({ key }, 'reconciled');
      return;
    case 'Again':
      backoffs.forget(key);
      metrics.reconciled('requeue_after');
      log.debug({ key, why: outcome.why, afterMs: outcome.afterMs }, 'reconciled, more is due later');
      queue.addAfter(key, outcome.afterMs);
      return;
    case 'Retry': {
      // Not before the API server wants to be asked again.
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
