import type { SendFailure } from '../../program/otlp/send-count.ts';
import type { Signal } from '../../program/otlp/target.ts';
import type { ProxyFinding } from '../../report/finding.ts';

const WHAT: Readonly<Record<Signal, string>> = { logs: 'the access log', metrics: 'metrics' };

/** Findings about a collector that cannot be reached or refuses what it is sent, one for each signal. */
export const otlpFindings = (failures: ReadonlyMap<Signal, SendFailure>): readonly ProxyFinding[] =>
  [...failures].map(([signal, { endpoint, problem, sinceMs }]) => ({
    code: 'OtlpFails',
    path: 'spec.otlp.endpoint',
    message: `Since ${new Date(sinceMs).toISOString()}, ${WHAT[signal]} cannot be sent to ${endpoint}: ${problem}. Correct the endpoint, or let the proxy reach it. Sending goes on; what does not fit into memory until then is lost and counted.`,
  }));
