/** Where to send what, by OTLP over HTTP. */
export interface OtlpTarget {
  /** Base URL, to which /v1/logs and /v1/metrics are appended. */
  readonly endpoint: string;
  readonly logs: boolean;
  readonly metrics: boolean;
  /** Milliseconds between two sendings of metrics. */
  readonly intervalMs: number;
}

/** What is sent. */
export type Signal = 'logs' | 'metrics';

export const SIGNALS: readonly Signal[] = ['logs', 'metrics'];

/** Names and values of what describes a record, or what sent it; undefined ones are left out. */
export type Attributes = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A record of a log. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly severity: 'INFO' | 'WARN';
  /** What kind of event it is, such as l4balancer.connection. */
  readonly event: string;
  readonly body: string;
  readonly attributes: Attributes;
}
