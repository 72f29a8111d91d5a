import { SeverityNumber } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import {
  MeterProvider,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import type { Samples } from '../samples.ts';
import { VERSION } from '../version.ts';
import { counted } from './counted-exporter.ts';
import { MetricDataSamples } from './metric-data.ts';
import type { SendCount } from './send-count.ts';
import type { Attributes, LogEntry, OtlpTarget, Signal } from './target.ts';

/** Records of the log that may wait to be sent. */
export const MAX_WAITING = 8_192;
const BATCH = 1_024;
const LINGER_MS = 1_000;
/** How long a batch is tried, retries included. */
const TIMEOUT_MS = 10_000;
/** Data points per request; a collector refuses requests above some MiB. */
const POINTS = 5_000;
const SCOPE = 'l4balancer';

export interface SenderOptions {
  readonly target: OtlpTarget;
  /** Describes the process; OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME take precedence. */
  readonly resource: Attributes;
  readonly collect: (to: Samples) => Promise<void>;
  readonly count: SendCount;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Sender {
  log(entry: LogEntry): void;
  /** Sends what waits, and stops. */
  close(): Promise<void>;
}

/**
 * Sends to a collector by the SDK of OpenTelemetry. This module is loaded late, since the packages take 25
 * MiB.
 */
export const startSender = (options: SenderOptions): Sender => {
  const { target } = options;
  const resource = resourceFromAttributes(defined(options.resource)).merge(
    detectResources({ detectors: [envDetector] }),
  );
  const log = target.logs ? startLog(options, resource) : undefined;
  const metrics = target.metrics ? startMetrics(options, resource) : undefined;
  return {
    log: (entry) => log?.log(entry),
    async close() {
      await Promise.all([log?.close(), metrics?.close()]);
    },
  };
};

const defined = (attributes: Attributes) =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === 'object' ? [...value] : value]],
    ),
  );

const exporterOptions = ({ target }: SenderOptions, signal: Signal, timeoutMillis: number) => ({
  url: `${target.endpoint.replace(/\/+$/, '')}/v1/${signal}`,
  timeoutMillis,
});

const tell = ({ target, count, now }: SenderOptions, signal: Signal, error: unknown): void => {
  if (error === undefined) count.onSent(signal);
  else count.onFailed(signal, target.endpoint, problemOf(error), now());
};

const startLog = (options: SenderOptions, resource: Resource): Sender => {
  const { count } = options;
  let waiting = 0;
  const exporter = counted(new OTLPLogExporter(exporterOptions(options, 'logs', TIMEOUT_MS)), {
    onTaken: (batch) => {
      waiting -= batch.length;
    },
    onDone: (batch, error) => {
      tell(options, 'logs', error);
      if (error !== undefined) count.onLost('not_sent', batch.length);
    },
  });
  const provider = new LoggerProvider({
    resource,
    processors: [
      new BatchLogRecordProcessor({
        exporter,
        maxQueueSize: MAX_WAITING,
        maxExportBatchSize: BATCH,
        scheduledDelayMillis: LINGER_MS,
        // The exporter has a time limit of its own.
        exportTimeoutMillis: 2 * TIMEOUT_MS,
      }),
    ],
  });
  const logger = provider.getLogger(SCOPE, VERSION);
  return {
    log({ timeMs, severity, event, body, attributes }) {
      // The processor would drop it without saying so.
      if (waiting >= MAX_WAITING) {
        count.onLost('queue_full', 1);
        return;
      }
      waiting++;
      logger.emit({
        timestamp: timeMs,
        severityNumber: SeverityNumber[severity],
        severityText: severity,
        eventName: event,
        body,
        attributes: defined(attributes),
      });
    },
    close: () => provider.shutdown(),
  };
};

const startMetrics = (options: SenderOptions, resource: Resource): { close(): Promise<void> } => {
  const { target, collect, now } = options;
  const startMs = now() - performance.now();
  const producer: MetricProducer = {
    async collect() {
      const samples = new MetricDataSamples(startMs, now());
      await collect(samples);
      return {
        resourceMetrics: {
          resource,
          scopeMetrics: [{ scope: { name: SCOPE, version: VERSION }, metrics: samples.metrics }],
        },
        errors: [],
      };
    },
  };
  const timeoutMs = Math.min(TIMEOUT_MS, target.intervalMs);
  const exporter = counted(new OTLPMetricExporter(exporterOptions(options, 'metrics', timeoutMs)), {
    onDone: (_, error) => tell(options, 'metrics', error),
  });
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: target.intervalMs,
    exportTimeoutMillis: target.intervalMs,
    maxExportBatchSize: POINTS,
    metricProducers: [producer],
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  return { close: () => provider.shutdown() };
};

/** The status of the answer, or the error of the connection. */
const problemOf = (error: unknown): string => {
  if (!(error instanceof Error)) return `${error}`;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'number' ? `it answers ${code} ${error.message}`.trim() : error.message;
};
