import type { Registry } from 'prom-client';
import { Counter } from '../../program/prometheus.ts';
import { WATCHED_KINDS, type WatchedKind } from '../watch/kinds.ts';

/** Counts what happens to the watches. */
export interface WatchMetrics {
  /** A list was read; `missed` counts the objects whose state no watch event had reported. */
  listed(kind: WatchedKind, missed: number): void;
  /** A watch was lost or could not be reopened. */
  lost(kind: WatchedKind): void;
}

/** Initializes everything to zero, so that an alert on a rate has a first sample. */
export const createWatchMetrics = (registry: Registry): WatchMetrics => {
  const perKind = { labelNames: ['kind'], registers: [registry] };
  const lists = new Counter({
    name: 'l4balancer_operator_watch_lists_total',
    help: 'Full lists read: one at the start, and one after each loss that a watch could not resume from.',
    ...perKind,
  });
  const missed = new Counter({
    name: 'l4balancer_operator_watch_missed_events_total',
    help: 'Objects whose state in a new list differed from what the watch had reported.',
    ...perKind,
  });
  const losses = new Counter({
    name: 'l4balancer_operator_watch_losses_total',
    help: 'Watches lost, and failed attempts to reopen them.',
    ...perKind,
  });
  for (const kind of WATCHED_KINDS) for (const counter of [lists, missed, losses]) counter.inc({ kind }, 0);
  return {
    listed(kind, count) {
      lists.inc({ kind });
      missed.inc({ kind }, count);
    },
    lost: (kind) => losses.inc({ kind }),
  };
};
