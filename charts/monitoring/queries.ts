/** Which series a query is about, and over which time rates are taken. */
export interface Scope {
  /** Such as `namespace=~"$namespace"`. */
  readonly matchers: readonly string[];
  /** Such as `5m`. */
  readonly range: string;
}

/** What alerts ask for. Five minutes hold enough scrapes at any usual interval, even if some fail. */
export const EVERYWHERE: Scope = { matchers: [], range: '5m' };

/**
 * The same for alerts that wake somebody: they must neither come after all is over, nor go on for long then.
 * Two minutes need an interval of at most 30 seconds, which is the default.
 */
export const RECENTLY: Scope = { matchers: [], range: '2m' };

/** Clients that could not be connected, although the balancer let them in. `NoEndpoint` has its own alert. */
const FAILED =
  'ConnectFailed|ConnectTimeout|RetryBudgetSpent|NoDescriptors|NoSourcePort|EndpointNotVerified|EndpointTlsNotReady';

/**
 * Limits of a whole listener or backend. Limits by source are left out: refusing one greedy client is what
 * they are for.
 */
const WHOLE_LIMITS = 'ConnectionLimit|ConnectionRateLimit|EndpointsFull|SessionLimit';

/** Causes of lost datagrams that mean a lack of something; the others follow from limits and health. */
const LOSSES = 'QueueFull|AnswerQueueFull|NoResources|ToEndpoint|ToClient|EndpointFailed';

/** A selector of series. */
export const series = (metric: string, { matchers }: Scope, ...more: readonly string[]): string => {
  const all = [...matchers, ...more];
  return all.length === 0 ? metric : `${metric}{${all.join(', ')}}`;
};

/** The rate of a counter, added up over all but these labels. */
export const rateBy = (by: string, metric: string, scope: Scope, ...more: readonly string[]): string =>
  `sum by (${by}) (rate(${series(metric, scope, ...more)}[${scope.range}]))`;

const accepted = (by: string, scope: Scope): string =>
  rateBy(by, 'l4balancer_listener_accepted_connections_total', scope);

/**
 * Connections that ended per second. The series without a listener takes over the totals of one that is
 * removed, which is no rate of anything.
 */
export const endedBy = (by: string, scope: Scope, ...more: readonly string[]): string =>
  rateBy(by, 'l4balancer_connections_closed_total', scope, ...more, 'listener!=""');

const ended = (by: string, reasons: string, scope: Scope): string =>
  endedBy(by, scope, `reason=~"${reasons}"`);

/** Clients per second that could not be connected. */
export const failed = (by: string, scope: Scope): string => ended(by, FAILED, scope);

/** The same as a share of those that were accepted. */
export const failedShare = (by: string, scope: Scope): string =>
  `${failed(by, scope)} / (${accepted(by, scope)} > 0)`;

/** The share of clients that limits of the whole listener or backend refused. */
export const refusedShare = (by: string, scope: Scope): string =>
  `${ended(by, WHOLE_LIMITS, scope)} / (${accepted(by, scope)} > 0)`;

/** Clients that found no endpoint, of TCP and of UDP. */
export const withoutEndpoint = (by: string, scope: Scope): string => {
  const closed = series('l4balancer_connections_closed_total', scope, 'reason="NoEndpoint"', 'listener!=""');
  const dropped = series('l4balancer_listener_dropped_datagrams_total', scope, 'cause="NoEndpoint"');
  return `sum by (${by}) (rate(${closed}[${scope.range}]) or rate(${dropped}[${scope.range}]))`;
};

export const lostDatagramShare = (by: string, scope: Scope): string => {
  const all = ['received', 'sent']
    .map((way) => rateBy(by, `l4balancer_listener_${way}_datagrams_total`, scope))
    .join(' + ');
  return `${rateBy(by, 'l4balancer_listener_dropped_datagrams_total', scope, `cause=~"${LOSSES}"`)} / (${all} > 0)`;
};

/** The share of a backend's endpoints that are unhealthy or ejected, in the worst replica. */
export const unhealthyShare = (by: string, scope: Scope): string => {
  const endpoints = (...more: readonly string[]): string =>
    `sum by (${by}, pod) (${series('l4balancer_backend_endpoints', scope, ...more)})`;
  return `max by (${by}) (${endpoints('healthy="false"')} / (${endpoints()} > 0))`;
};

export const descriptorShare = (by: string, scope: Scope): string =>
  `max by (${by}) (${series('l4balancer_descriptors_held', scope)} / ${series('l4balancer_descriptors_limit', scope)})`;

/** A quantile of a histogram, by these labels. */
export const quantileBy = (quantile: number, by: string, metric: string, scope: Scope): string =>
  `histogram_quantile(${quantile}, ${rateBy(`${by}, le`, `${metric}_bucket`, scope)})`;

/** Only series of this operator: controllers of others have the same names. */
export const ofOperator = (series: string): string =>
  `(${series} and on (namespace, pod, instance) l4balancer_operator_ready)`;

/** A series that exists while no operator is ready or scraped: nobody knows what is in trouble. */
export const WITHOUT_OPERATOR = 'absent(l4balancer_operator_ready == 1)';

/** A query about balancers in trouble by reason, with a reason for not knowing any. */
export const orUnknown = (expr: string): string =>
  `${expr} or label_replace(${WITHOUT_OPERATOR}, "reason", "unknown: no operator is ready", "", "")`;

/** How many there are, which is 0 only where an operator says so. */
export const countKnown = (expr: string): string =>
  `count(${expr}) or 0 * max(l4balancer_operator_ready == 1)`;
