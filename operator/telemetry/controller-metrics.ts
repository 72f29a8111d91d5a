import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from '../../program/prometheus.ts';
import type { QueueWatcher } from '../queue/queue.ts';

/** Uses the metric names of controller-runtime, so that its dashboards work. */
export interface ControllerMetrics {
  readonly queue: QueueWatcher;
  reconciled(result: ReconcileResult): void;
  retried(): void;
  /** A child of this kind was put back after a change by somebody else. */
  repaired(kind: string): void;
  /** Counts a worker as busy until the returned function is called, and measures the time. */
  working(): () => void;
}

/**
 * `refused` is counted as controller-runtime counts a terminal error: an error that is not retried at once.
 */
export type ReconcileResult = 'success' | 'requeue_after' | 'error' | 'refused';

const CONTROLLER = 'l4balancer';
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Initializes everything to zero, so that an alert on a rate has a first sample. `workers` is the number of
 * workers.
 */
export const createControllerMetrics = (
  registry: Registry,
  workers: number,
  now: () => number,
): ControllerMetrics => {
  const registers = [registry];
  const controller = { controller: CONTROLLER };
  const queue = { name: CONTROLLER };
  const named = { labelNames: ['name'], registers };
  const perController = { labelNames: ['controller'], registers };

  const reconciles = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Reconciles by result.',
    labelNames: ['controller', 'result'],
    registers,
  });
  for (const result of ['success', 'error', 'requeue_after']) reconciles.inc({ ...controller, result }, 0);
  const counter = (name: string, help: string, labels: { labelNames: string[]; registers: Registry[] }) =>
    new Counter({ name, help, ...labels });
  const errors = counter(
    'controller_runtime_reconcile_errors_total',
    'Reconciles that failed.',
    perController,
  );
  const terminal = counter(
    'controller_runtime_terminal_reconcile_errors_total',
    'Reconciles whose writes the API server refused permanently.',
    perController,
  );
  const times = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'Duration of a reconcile.',
    buckets: SECONDS,
    ...perController,
  });
  const gauge = (name: string, help: string, labels: { labelNames: string[]; registers: Registry[] }) =>
    new Gauge({ name, help, ...labels });
  const active = gauge('controller_runtime_active_workers', 'Busy workers.', perController);
  gauge('controller_runtime_max_concurrent_reconciles', 'Number of workers.', perController).set(
    controller,
    workers,
  );
  const depth = gauge('workqueue_depth', 'Keys waiting in the queue.', named);
  const adds = counter('workqueue_adds_total', 'Keys added.', named);
  const retries = counter('workqueue_retries_total', 'Keys added again after a failure.', named);
  const histogram = (name: string, help: string) => new Histogram({ name, help, buckets: SECONDS, ...named });
  const waits = histogram('workqueue_queue_duration_seconds', 'Time that a key waits in the queue.');
  const works = histogram('workqueue_work_duration_seconds', 'Time spent working on a key.');

  const repairs = new Counter({
    name: 'l4balancer_operator_repairs_total',
    help: 'Children put back after a change by somebody else, by kind. A rate that stays above zero means that two writers fight over one object.',
    labelNames: ['kind'],
    registers,
  });

  for (const one of [errors, terminal]) one.inc(controller, 0);
  for (const one of [adds, retries]) one.inc(queue, 0);
  repairs.inc({ kind: 'Deployment' }, 0);
  active.set(controller, 0);
  depth.set(queue, 0);
  times.zero(controller);
  for (const one of [waits, works]) one.zero(queue);

  return {
    queue: {
      depth: (keys) => depth.set(queue, keys),
      added: () => adds.inc(queue),
      waited: (ms) => waits.observe(queue, ms / 1000),
      worked: (ms) => works.observe(queue, ms / 1000),
    },
    reconciled(result) {
      const isError = result === 'error' || result === 'refused';
      reconciles.inc({ ...controller, result: isError ? 'error' : result });
      if (isError) errors.inc(controller);
      if (result === 'refused') terminal.inc(controller);
    },
    retried: () => retries.inc(queue),
    repaired: (kind) => repairs.inc({ kind }),
    working() {
      const since = now();
      active.inc(controller);
      return () => {
        active.dec(controller);
        times.observe(controller, (now() - since) / 1000);
      };
    },
  };
};
