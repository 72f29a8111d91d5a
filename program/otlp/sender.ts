import { DiagLogLevel, diag, SeverityNumber } from '@opentelemetry/api';
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
import { MetricDataSamples } from './metric-data.ts';
import { problemOf } from './problem-of.ts';
import type { LossCause } from './send-count.ts';
import type { Attributes, LogEntry, OtlpTarget, Signal } from './target.ts';
import { watched } from './watched-exporter.ts';

/** Records of the log that may wait to be sent. */
export const MAX_WAITING = 8_192;
const BATCH = 1_024;
const LINGER_MS = 1_000;
/** How long a batch is tried, retries included. */
const TIMEOUT_MS = 10_000;
/** What an exporter may take beyond its time before the batch has failed. */
const GRACE_MS = 1_000;
/** Data points per request; a collector refuses requests above some MiB. */
const POINTS = 5_000;
const SCOPE = 'l4balancer';

/** What is told of each request. */
export interface SendReport {
  sent(signal: Signal): void;
  failed(signal: Signal, problem: string): void;
  lost(cause: LossCause, records: number): void;
}

export interface SenderOptions {
  readonly target: OtlpTarget;
  /** Describes the process; OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME take precedence. */
  readonly resource: Attributes;
  readonly collect: (to: Samples) => Promise<void>;
  readonly report: SendReport;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Sender {
  log(entry: LogEntry): void;
  /** How many records have not been sent yet. */
  readonly unsent: number;
  /** Sends what waits, and stops. */
  close(): Promise<void>;
}

/**
 * Sends to a collector by the SDK of OpenTelemetry. This module is loaded late, since the packages take 25
 * MiB. Throws if the endpoint is no URL.
 */
export const startSender = (options: SenderOptions): Sender => {
  const { target, report } = options;
  const resource = resourceFromAttributes(defined(options.resource)).merge(
    detectResources({ detectors: [envDetector] }),
  );
  hearRefusals(report);
  const log = target.logs ? startLog(options, resource) : undefined;
  const metrics = target.metrics ? startMetrics(options, resource) : undefined;
  return {
    log: (entry) => log?.log(entry),
    get unsent() {
      return log?.unsent ?? 0;
    },
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

const ignore = (): void => undefined;

/** That a collector took a request but not all of its records is only said to the log of the SDK. */
const hearRefusals = (report: SendReport): void => {
  const warn = (message: string, details?: unknown): void => {
    if (!message.startsWith('Received Partial Success')) return;
    const count = /"rejectedLogRecords":"?(\d+)/.exec(`${details}`)?.[1];
    if (count !== undefined) report.lost('refused', Number(count));
  };
  const logger = { error: ignore, warn, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
};

const urlOf = ({ endpoint }: OtlpTarget, signal: Signal): string =>
  `${endpoint.replace(/\/+$/, '')}/v1/${signal}`;

const tell = ({ report }: SenderOptions, signal: Signal, error: unknown): void => {
  if (error === undefined) report.sent(signal);
  else report.failed(signal, problemOf(error));
};

const startLog = (options: SenderOptions, resource: Resource): Sender => {
  const { target, report } = options;
  let waiting = 0;
  let underWay = 0;
  const plain = new OTLPLogExporter({ url: urlOf(target, 'logs'), timeoutMillis: TIMEOUT_MS });
  const exporter = watched(plain, {
    withinMs: TIMEOUT_MS + GRACE_MS,
    onTaken({ length }) {
      waiting -= length;
      underWay += length;
    },
    onDone({ length }, error) {
      underWay -= length;
      tell(options, 'logs', error);
      if (error !== undefined) report.lost('not_sent', length);
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
        report.lost('queue_full', 1);
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
    get unsent() {
      return waiting + underWay;
    },
    close: () => provider.shutdown(),
  };
};

const startMetrics = (options: SenderOptions, resource: Resource): { close(): Promise<void> } => {
  const { target, collect, now } = options;
  const producer: MetricProducer = {
    async collect() {
      const samples = new MetricDataSamples(performance.timeOrigin, now());
      // The SDK would keep it to itself.
      await collect(samples).catch((error: unknown) => {
        tell(options, 'metrics', error);
        throw error;
      });
      return {
        resourceMetrics: {
          resource,
          scopeMetrics: [{ scope: { name: SCOPE, version: VERSION }, metrics: samples.metrics }],
        },
        errors: [],
      };
    },
  };
  const timeoutMillis = Math.min(TIMEOUT_MS, target.intervalMs);
  const plain = new OTLPMetricExporter({ url: urlOf(target, 'metrics'), timeoutMillis });
  const exporter = watched(plain, {
    withinMs: timeoutMillis + GRACE_MS,
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
