import type { Limits, Rate } from '../limits.ts';
import type { Listener } from '../listener.ts';
import { problemIf, type Rule, rule } from './rule.ts';

/** A bucket that takes longer to fill up than this many seconds could not be told from one that is full. */
const MOST_SECONDS = 600;

const burstInTime = (['connectionRate', 'connectionRatePerSource'] as const).map((field) =>
  rule<Rate>({
    id: `limits-${field === 'connectionRate' ? 'rate' : 'source-rate'}-burst`,
    scope: `spec.listeners[].limits.${field}`,
    rule: `!has(self.burst) || self.burst <= self.perSecond * ${MOST_SECONDS}`,
    message: `burst is out of range: expected at most ${MOST_SECONDS} times perSecond`,
    fieldPath: '.burst',
    check: ({ perSecond, burst = 0 }) =>
      problemIf(
        burst > perSecond * MOST_SECONDS,
        ['burst'],
        `${burst} is out of range: expected at most ${perSecond * MOST_SECONDS}, ${MOST_SECONDS} times perSecond`,
      ),
  }),
);

/** Fields about streams; sessions of datagrams have none. */
const OF_STREAMS = [
  'unfinishedPerSource',
  'bandwidth',
  'bandwidthPerConnection',
  'bandwidthPerSource',
] as const satisfies readonly (keyof Limits)[];

const onlyStreams = rule<Listener>({
  id: 'limits-of-streams',
  scope: 'spec.listeners[]',
  reads: ['protocol', 'limits'],
  rule: `self.protocol == 'TCP' || !has(self.limits) || !(${OF_STREAMS.map((field) => `has(self.limits.${field})`).join(' || ')})`,
  message: `with protocol UDP, limits has no ${OF_STREAMS.join(', ')}: datagrams are not held back`,
  fieldPath: '.limits',
  check: ({ protocol, limits = {} as Limits }) =>
    protocol === 'TCP'
      ? []
      : OF_STREAMS.flatMap((field) =>
          problemIf(
            limits[field] !== undefined,
            ['limits', field],
            `${field} is set, but with protocol UDP datagrams are not held back: remove it`,
          ),
        ),
});

const firstByteOfStreams = rule<Listener>({
  id: 'first-byte-timeout-of-streams',
  scope: 'spec.listeners[]',
  reads: ['protocol', 'timeouts.firstByte'],
  rule: "self.protocol == 'TCP' || !has(self.timeouts) || !has(self.timeouts.firstByte)",
  message: 'with protocol UDP, timeouts has no firstByte: a session begins with a datagram',
  fieldPath: '.timeouts.firstByte',
  check: ({ protocol, timeouts }) =>
    problemIf(
      protocol !== 'TCP' && timeouts.firstByte !== undefined,
      ['timeouts', 'firstByte'],
      `${timeouts.firstByte} is set, but with protocol UDP a session begins with a datagram: remove it`,
    ),
});

const SCOPE_OF_NOTHING = 'scope Cluster is about connections and connectionRate, neither of which is set';

const scopeNeedsLimit = rule<Limits>({
  id: 'limits-scope',
  scope: 'spec.listeners[].limits',
  reads: ['scope', 'connections', 'connectionRate'],
  rule: "self.scope != 'Cluster' || has(self.connections) || has(self.connectionRate)",
  message: `${SCOPE_OF_NOTHING}: set one of them, or omit scope`,
  fieldPath: '.scope',
  check: ({ scope, connections, connectionRate }) =>
    problemIf(
      scope === 'Cluster' && connections === undefined && connectionRate === undefined,
      ['scope'],
      `${SCOPE_OF_NOTHING}: set one of them, or omit scope`,
    ),
});

export const LIMITS_RULES: readonly Rule[] = [
  ...burstInTime,
  onlyStreams,
  firstByteOfStreams,
  scopeNeedsLimit,
];
