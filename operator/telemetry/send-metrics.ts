import type { Registry } from 'prom-client';
import type { Logger } from '../../program/log.ts';
import { OtlpExports } from '../../program/otlp/exports.ts';
import { writeRegistry } from '../../program/registry-samples.ts';
import { VERSION } from '../../program/version.ts';
import { createOtlpMetrics } from './otlp-metrics.ts';

const INTERVAL_MS = 30_000;
/** How long the last metrics may take when the operator ends. */
const CLOSE_MS = 2_000;

interface SendOptions {
  readonly endpoint: string | undefined;
  readonly instance: string;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Sends the metrics of a registry to a collector, if there is one, and logs when that fails. */
export const sendMetrics = (
  registry: Registry,
  { endpoint, instance, log, now }: SendOptions,
): { close(): Promise<unknown> } => {
  const otlp = new OtlpExports({
    resource: {
      'service.name': 'l4balancer-operator',
      'service.version': VERSION,
      'service.instance.id': instance,
    },
    collect: (to) => writeRegistry(registry, to),
    now,
    onFailing(_, failure) {
      if (failure === undefined) log.info({ endpoint }, 'metrics are sent again');
      else
        log.warn(
          { code: 'OtlpFails', endpoint, problem: failure.problem },
          'metrics cannot be sent; correct the endpoint, or let the operator reach it',
        );
    },
  });
  createOtlpMetrics(registry, otlp.count);
  otlp.follow(
    endpoint === undefined ? undefined : { endpoint, logs: false, metrics: true, intervalMs: INTERVAL_MS },
  );
  return { close: () => otlp.close(CLOSE_MS) };
};
