import { RATE_PARTS, type SharedLimit } from '../../crds/shared-limit.ts';
import { labelsOf, NO_LABELS, type Samples } from '../../program/samples.ts';
import type { SourceStats } from '../engine/stats.ts';
import type { EngineMetric, Scrape } from './engine-metrics.ts';
import { LISTENER_LABELS, listenerLabels } from './engine-metrics.ts';

/** Writes one sample once a listener had limits. */
const ofSources =
  (value: (sources: SourceStats) => number) =>
  ({ stats: { sources } }: Scrape, to: Samples): void => {
    if (sources !== undefined) to.sample(NO_LABELS, value(sources));
  };

/** Writes what this replica has of a limit that is shared out, by listener; `parts` of its units are one. */
const ofShares =
  (wanted: SharedLimit, parts: number) =>
  ({ stats }: Scrape, to: Samples): void => {
    for (const listener of stats.listeners)
      for (const { limit, amount } of listener.shares ?? [])
        if (limit === wanted) to.sample(labelsOf(listenerLabels(listener)), amount / parts);
  };

/** Metrics of limits. What they refused is in l4balancer_connections_closed_total, by reason. */
export const LIMIT_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_limit_would_refuse_total',
    type: 'counter',
    labels: [...LISTENER_LABELS, 'reason'],
    help: 'Client connections that a limit in mode Report would have refused, by the reason that they would have ended for.',
    write: ({ stats }, to) => {
      for (const listener of stats.listeners)
        for (const { reason, total } of listener.limits?.wouldRefuse ?? [])
          to.sample(labelsOf({ ...listenerLabels(listener), reason }), total);
    },
  },
  {
    name: 'l4balancer_limit_paused_reads_total',
    type: 'counter',
    labels: [...LISTENER_LABELS, 'direction'],
    help: 'Reads that a limit of bandwidth put off, or would have in mode Report, from clients (upload) and from endpoints (download).',
    write: ({ stats }, to) => {
      for (const listener of stats.listeners)
        for (const [direction, total] of Object.entries(listener.limits?.pausedReads ?? {}))
          to.sample(labelsOf({ ...listenerLabels(listener), direction }), total);
    },
  },
  {
    name: 'l4balancer_limit_share_connections',
    type: 'gauge',
    labels: LISTENER_LABELS,
    help: 'Connections that this replica may have of a limit with scope Cluster.',
    write: ofShares('connections', 1),
  },
  {
    name: 'l4balancer_limit_share_connections_per_second',
    type: 'gauge',
    labels: LISTENER_LABELS,
    help: 'New connections per second that this replica may admit of a connectionRate with scope Cluster.',
    write: ofShares('connectionRate', RATE_PARTS),
  },
  {
    name: 'l4balancer_sources_tracked',
    type: 'gauge',
    labels: [],
    help: 'Sources of clients that limits follow.',
    write: ofSources(({ tracked }) => tracked),
  },
  {
    name: 'l4balancer_sources_capacity',
    type: 'gauge',
    labels: [],
    help: 'Sources of clients that limits can follow at once.',
    write: ofSources(({ capacity }) => capacity),
  },
  {
    name: 'l4balancer_sources_untracked_connections_total',
    type: 'counter',
    labels: [],
    help: 'Client connections without limits per source, because there was no room to follow one more source.',
    write: ofSources(({ untrackedTotal }) => untrackedTotal),
  },
  {
    name: 'l4balancer_sources_evicted_total',
    type: 'counter',
    labels: [],
    help: 'Sources without connections that were forgotten for new ones before their rates had recovered.',
    write: ofSources(({ evictedTotal }) => evictedTotal),
  },
];
