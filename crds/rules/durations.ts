import { DURATION_FORM, durationMs } from '../duration.ts';
import { problemIf, type Rule, rule } from './rule.ts';

/** Minimum and maximum of each duration in the schema. A timer above 2^31 ms would fire immediately. */
const RANGES = [
  { id: 'idle-timeout-range', scope: 'spec.listeners[].timeouts', field: 'idle', least: '1s', most: '168h' },
  {
    id: 'first-byte-timeout-range',
    scope: 'spec.listeners[].timeouts',
    field: 'firstByte',
    least: '100ms',
    most: '1h',
  },
  {
    id: 'keepalive-time-range',
    scope: 'spec.listeners[].timeouts.keepalive',
    field: 'time',
    least: '1s',
    most: '9h',
  },
  {
    id: 'keepalive-interval-range',
    scope: 'spec.listeners[].timeouts.keepalive',
    field: 'interval',
    least: '1s',
    most: '9h',
  },
  {
    id: 'half-closed-timeout-range',
    scope: 'spec.listeners[].timeouts',
    field: 'halfClosed',
    least: '1s',
    most: '168h',
  },
  {
    id: 'handshake-timeout-range',
    scope: 'spec.listeners[].timeouts',
    field: 'handshake',
    least: '100ms',
    most: '5m',
  },
  {
    id: 'health-check-interval-range',
    scope: 'spec.backends[].healthCheck',
    field: 'interval',
    least: '100ms',
    most: '1h',
  },
  {
    id: 'health-check-timeout-range',
    scope: 'spec.backends[].healthCheck',
    field: 'timeout',
    least: '10ms',
    most: '1h',
  },
  {
    id: 'connect-timeout-range',
    scope: 'spec.backends[].connect',
    field: 'timeout',
    least: '10ms',
    most: '5m',
  },
  {
    id: 'connect-total-timeout-range',
    scope: 'spec.backends[].connect',
    field: 'totalTimeout',
    least: '10ms',
    most: '30m',
  },
  { id: 'slow-start-range', scope: 'spec.backends[]', field: 'slowStart', least: '1s', most: '1h' },
  {
    id: 'ejection-time-range',
    scope: 'spec.backends[].outlierDetection',
    field: 'ejectionTime',
    least: '1s',
    most: '1h',
  },
  { id: 'drain-delay-range', scope: 'spec.drain', field: 'delay', least: '0s', most: '1h' },
  {
    id: 'monitoring-interval-range',
    scope: 'spec.monitoring',
    field: 'interval',
    least: '1s',
    most: '1h',
  },
  { id: 'otlp-interval-range', scope: 'spec.otlp', field: 'interval', least: '1s', most: '1h' },
  {
    id: 'termination-grace-period-range',
    scope: 'spec.workload',
    field: 'terminationGracePeriod',
    least: '1s',
    most: '24h',
  },
] as const;

/**
 * In CEL: whether the text is a duration. For any other text, duration() itself would fail with an error
 * about google.protobuf.
 */
export const celIsDuration = (text: string): string => `${text}.matches('${DURATION_FORM}')`;

export const DURATION_RULES: readonly Rule[] = RANGES.map(({ id, scope, field, least, most }) =>
  rule<Readonly<Record<string, string>>>({
    id,
    scope,
    reads: [field],
    // A resource always has the field, but the API server also evaluates the rule on the parent's default,
    // {}.
    rule: `!has(self.${field}) || ${celIsDuration(`self.${field}`)} && duration(self.${field}) >= duration('${least}') && duration(self.${field}) <= duration('${most}')`,
    message: `${field} is out of range: expected ${least} to ${most}`,
    messageExpression: `'${field} ' + (${celIsDuration(`self.${field}`)} ? self.${field} + ' is out of range: expected ${least} to ${most}' : '"' + self.${field} + '" is not a duration: write numbers with h, m, s or ms, such as 500ms, 5s or 1h30m; a day is 24h')`,
    fieldPath: `.${field}`,
    check: (value) => {
      const text = value[field] ?? least;
      const ms = durationMs(text);
      return problemIf(
        ms < durationMs(least) || ms > durationMs(most),
        [field],
        `${text} is out of range: expected ${least} to ${most}`,
      );
    },
  }),
);
