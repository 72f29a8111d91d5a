import { ApiError } from '../../kube/errors.ts';
import { codeOf } from '../errors.ts';
import type { Backoffs } from '../queue/backoffs.ts';
import type { Queue } from '../queue/queue.ts';
import type { ControllerMetrics } from '../telemetry/controller-metrics.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Outcome } from './outcome.ts';

export interface SettleDeps {
  readonly queue: Pick<Queue, 'addAfter'>;
  readonly backoffs: Backoffs;
  readonly metrics: Pick<ControllerMetrics, 'reconciled' | 'retried'>;
  readonly log: Logger;
}

/** The one place that logs, counts and requeues what a reconcile came to. */
export const settle = (
  key: string,
  outcome: Outcome,
  { queue, backoffs, metrics, log }: SettleDeps,
): void => {
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
    case 'Refused':
      backoffs.forget(key);
      metrics.reconciled('refused');
      log.warn({ key, afterMs: outcome.afterMs, refused: outcome.what }, 'children refused');
      queue.addAfter(key, outcome.afterMs);
      return;
    default:
      outcome satisfies never;
  }
};
