import type { EngineStats } from '../engine/stats.ts';
import type { EngineMetric, Scrape } from './engine-metrics.ts';
import { type Exposition, labelText } from './exposition.ts';

const each =
  (value: (endpoint: EngineStats['endpoints'][number], scrape: Scrape) => number) =>
  (scrape: Scrape, to: Exposition): void => {
    const { stats, endpoints } = scrape;
    for (const [i, endpoint] of stats.endpoints.entries())
      to.sample(endpoints[i] as string, value(endpoint, scrape));
  };

/** Of each endpoint of the table, and of those that were removed and still have connections. */
export const ENDPOINT_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_endpoint_open_connections',
    type: 'gauge',
    help: 'Open connections to an endpoint.',
    write: each(({ openConnections }) => openConnections),
  },
  {
    name: 'l4balancer_endpoint_connections_total',
    type: 'counter',
    help: 'Connections made to an endpoint.',
    write: each(({ connectionsTotal }) => connectionsTotal),
  },
  {
    name: 'l4balancer_endpoint_connect_failures_total',
    type: 'counter',
    help: 'Attempts to connect to an endpoint that failed.',
    write: each(({ connectFailuresTotal }) => connectFailuresTotal),
  },
  {
    name: 'l4balancer_endpoint_received_bytes_total',
    type: 'counter',
    help: 'Bytes from clients to an endpoint.',
    write: each(({ receivedBytes }) => receivedBytes),
  },
  {
    name: 'l4balancer_endpoint_sent_bytes_total',
    type: 'counter',
    help: 'Bytes from an endpoint to clients.',
    write: each(({ sentBytes }) => sentBytes),
  },
  {
    name: 'l4balancer_endpoint_source_ports_left',
    type: 'gauge',
    help: 'Estimate of the source ports that are free for connections to an endpoint: the range (net.ipv4.ip_local_port_range) without open connections, and without those of the last minute that left a port in TIME_WAIT (unless net.ipv4.tcp_tw_reuse is 1). Other programs and health checks are not counted. The proxy can take over most ports in TIME_WAIT.',
    write: each((endpoint, { facts, stats }) => facts.sourcePortsLeft(stats, endpoint)),
  },
  {
    name: 'l4balancer_endpoint_healthy',
    type: 'gauge',
    help: '0 for an endpoint whose health checks fail or that is ejected, else 1.',
    write: ({ facts }, to) => {
      for (const { backend, endpoint, healthy } of facts.health())
        to.sample(labelText({ backend, endpoint }), healthy ? 1 : 0);
    },
  },
  {
    name: 'l4balancer_descriptors_held',
    type: 'gauge',
    help: 'File descriptors that connections hold, two for each that is relayed.',
    write: ({ stats }, to) => to.sample('', stats.descriptors.held),
  },
  {
    name: 'l4balancer_descriptors_limit',
    type: 'gauge',
    help: 'File descriptors that connections may hold; beyond it clients wait in the kernel.',
    write: ({ stats }, to) => to.sample('', stats.descriptors.limit),
  },
  {
    name: 'l4balancer_descriptors_left',
    type: 'gauge',
    help: 'File descriptors that connections may still take.',
    write: ({ stats: { descriptors } }, to) =>
      to.sample('', Math.max(0, descriptors.limit - descriptors.held)),
  },
];
