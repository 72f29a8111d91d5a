import { type Labels, labelsOf, type Samples } from '../../program/samples.ts';
import type { DatagramStats } from '../engine/stats.ts';
import { type EngineMetric, LISTENER_LABELS, listenerLabels, type Scrape } from './engine-metrics.ts';

/** Writes one sample for each UDP listener. */
const each =
  (value: (datagrams: DatagramStats) => number) =>
  ({ stats, listeners }: Scrape, to: Samples): void => {
    for (const [i, { datagrams }] of stats.listeners.entries())
      if (datagrams !== undefined) to.sample(listeners[i] as Labels, value(datagrams));
  };

/** Metrics of UDP listeners. Their sessions are in the metrics of connections. */
export const DATAGRAM_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_listener_received_datagrams_total',
    type: 'counter',
    labels: LISTENER_LABELS,
    help: 'Datagrams from clients, whatever became of them.',
    write: each(({ received }) => received),
  },
  {
    name: 'l4balancer_listener_sent_datagrams_total',
    type: 'counter',
    labels: LISTENER_LABELS,
    help: 'Datagrams sent to clients.',
    write: each(({ sent }) => sent),
  },
  {
    name: 'l4balancer_listener_dropped_datagrams_total',
    type: 'counter',
    labels: [...LISTENER_LABELS, 'cause'],
    help: 'Datagrams of both directions that were dropped, by cause.',
    write: ({ stats }, to) => {
      for (const listener of stats.listeners)
        for (const { cause, total } of listener.datagrams?.dropped ?? [])
          to.sample(labelsOf({ ...listenerLabels(listener), cause }), total);
    },
  },
  {
    name: 'l4balancer_listener_connection_ids_total',
    type: 'counter',
    labels: [...LISTENER_LABELS, 'event'],
    help: 'What happened with connection IDs of QUIC, by event; only of listeners with stickiness.',
    write: ({ stats }, to) => {
      for (const listener of stats.listeners)
        for (const { event, total } of listener.connectionIds ?? [])
          to.sample(labelsOf({ ...listenerLabels(listener), event }), total);
    },
  },
];
