import type { Grouping } from '../arguments/groupings.ts';
import type { Scrape } from '../cluster/metrics.ts';
import type { EndPicture } from '../picture/picture.ts';

/** The traffic of one listener, backend or endpoint over all replicas; rates are per second. */
export interface Traffic {
  readonly name: string;
  readonly open: number | undefined;
  readonly newPerSecond: number | undefined;
  /** Bytes from clients, and to them. */
  readonly inPerSecond: number | undefined;
  readonly outPerSecond: number | undefined;
  /** Since the proxies started. */
  readonly total: number | undefined;
}

interface Metrics {
  /** What names the row. */
  readonly label: readonly string[];
  readonly open?: string;
  readonly total: string;
  readonly received?: string;
  readonly sent?: string;
}

const name = (rest: string): string => `l4balancer_${rest}`;

/** Which metrics are shown for each grouping; sources are not in metrics, but in reports. */
export const METRICS: Readonly<Record<Exclude<Grouping, 'source'>, Metrics>> = {
  listener: {
    label: ['listener'],
    open: name('listener_open_connections'),
    total: name('listener_accepted_connections_total'),
    received: name('listener_received_bytes_total'),
    sent: name('listener_sent_bytes_total'),
  },
  backend: {
    label: ['backend'],
    open: name('backend_open_connections'),
    // Each connection that was established is in the histogram.
    total: name('backend_connect_duration_seconds_count'),
    received: name('backend_received_bytes_total'),
    sent: name('backend_sent_bytes_total'),
  },
  endpoint: {
    label: ['backend', 'endpoint'],
    open: name('endpoint_open_connections'),
    total: name('endpoint_connections_total'),
    received: name('endpoint_received_bytes_total'),
    sent: name('endpoint_sent_bytes_total'),
  },
  reason: { label: ['listener', 'reason'], total: name('connections_closed_total') },
};

/** Names of the metrics to read for a grouping. */
export const metricsOf = (grouping: Exclude<Grouping, 'source'>): ReadonlySet<string> => {
  const { open, total, received, sent } = METRICS[grouping];
  return new Set([open, total, received, sent].filter((one) => one !== undefined));
};

/** Series without a name have the sum of what has been removed. */
const REMOVED = '(removed)';

/** Values by metric and row: the sum over the samples of one proxy. */
type Values = ReadonlyMap<string, ReadonlyMap<string, number>>;

const valuesOf = (scrape: Scrape | undefined, label: readonly string[]): Values => {
  const values = new Map<string, Map<string, number>>();
  for (const { name: metric, labels, value } of scrape?.samples ?? []) {
    const row = label.map((one) => labels[one] || REMOVED).join(' ');
    const rows = values.get(metric) ?? new Map<string, number>();
    rows.set(row, (rows.get(row) ?? 0) + value);
    values.set(metric, rows);
  }
  return values;
};

/** Joins two readings of the metrics of all proxies; the rows with the most traffic first. */
export const trafficOf = (
  grouping: Exclude<Grouping, 'source'>,
  before: readonly Scrape[],
  now: readonly Scrape[],
): readonly Traffic[] => {
  const { label, open, total, received, sent } = METRICS[grouping];
  const pairs = now.map((scrape) => {
    const earlier = before.find(({ pod }) => pod === scrape.pod);
    return {
      later: valuesOf(scrape, label),
      earlier: valuesOf(earlier, label),
      seconds: earlier === undefined ? 0 : (scrape.atMs - earlier.atMs) / 1000,
    };
  });
  const sumOf = (metric: string | undefined, row: string): number | undefined =>
    metric === undefined
      ? undefined
      : pairs.reduce((sum, { later }) => sum + (later.get(metric)?.get(row) ?? 0), 0);
  const rateOf = (metric: string | undefined, row: string): number | undefined => {
    if (metric === undefined || pairs.every(({ seconds }) => seconds <= 0)) return undefined;
    return pairs
      .filter(({ seconds }) => seconds > 0)
      .reduce((sum, { later, earlier, seconds }) => {
        const [after, first] = [later.get(metric)?.get(row) ?? 0, earlier.get(metric)?.get(row) ?? 0];
        // A proxy that has begun anew counts from 0 again.
        return sum + Math.max(0, after - first) / seconds;
      }, 0);
  };
  const rows = new Set(pairs.flatMap(({ later }) => [...(later.get(total)?.keys() ?? [])]));
  return [...rows]
    .map((row) => ({
      name: row,
      open: sumOf(open, row),
      newPerSecond: rateOf(total, row),
      inPerSecond: rateOf(received, row),
      outPerSecond: rateOf(sent, row),
      total: sumOf(total, row),
    }))
    .filter((one) => (grouping !== 'reason' && !one.name.startsWith(REMOVED)) || (one.total ?? 0) > 0)
    .sort(busiestFirst);
};

/** How connections ended, from two readings of the metrics that `metricsOf('reason')` names. */
export const endsOf = (before: readonly Scrape[], now: readonly Scrape[]): readonly EndPicture[] =>
  trafficOf('reason', before, now).map(({ name: row, total = 0, newPerSecond: perSecond }) => {
    const [listener = '', reason = ''] = row.split(' ');
    return { listener, reason, total, perSecond };
  });

const busiestFirst = (a: Traffic, b: Traffic): number => {
  const bytes = ({ inPerSecond = 0, outPerSecond = 0 }: Traffic) => inPerSecond + outPerSecond;
  return (
    bytes(b) - bytes(a) ||
    (b.newPerSecond ?? 0) - (a.newPerSecond ?? 0) ||
    (b.open ?? 0) - (a.open ?? 0) ||
    (b.total ?? 0) - (a.total ?? 0) ||
    (a.name < b.name ? -1 : 1)
  );
};
