import type { Registry } from 'prom-client';
import { Counter } from '../../program/prometheus.ts';
import { WATCHED_KINDS, type WatchedKind } from '../watch/kinds.ts';

/** What the watches went through. */
export interface WatchMetrics {
  /** A list came; `missed` counts the objects that no event had told as the list has them. */
  listed(kind: WatchedKind, missed: number): void;
  /** A watch was lost, or could not be opened again. */
  lost(kind: WatchedKind): void;
}

/** Declares everything at zero, so that an alert on a rate has a first sample. */
export const createWatchMetrics = (registry: Registry): WatchMetrics => {
  const perKind = { labelNames: ['kind'], registers: [registry] };
  const lists = new Counter({
    name: 'l4balancer_operator_watch_lists_total',
    help: 'Whole lists read: one at the start, and one after each loss from which a watch could not go on.',
    ...perKind,
  });
  const missed = new Counter({
    name: 'l4balancer_operator_watch_missed_events_total',
    help: 'Objects that a new list had otherwise than the watch had told.',
    ...perKind,
  });
  const losses = new Counter({
    name: 'l4balancer_operator_watch_losses_total',
    help: 'Watches lost, and tries to open them again that failed.',
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
