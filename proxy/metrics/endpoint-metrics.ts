import { labelsOf, NO_LABELS, type Samples } from '../../program/samples.ts';
import type { EngineStats } from '../engine/stats.ts';
import type { EngineMetric, Scrape } from './engine-metrics.ts';

const each =
  (value: (endpoint: EngineStats['endpoints'][number], scrape: Scrape) => number) =>
  (scrape: Scrape, to: Samples): void => {
    const { stats, endpoints } = scrape;
    for (const [i, endpoint] of stats.endpoints.entries()) {
      const labels = endpoints[i];
      if (labels !== undefined) to.sample(labels, value(endpoint, scrape));
    }
  };

const ENDPOINT_LABELS: readonly string[] = ['backend', 'endpoint'];

/** Metrics of each endpoint in the table, and of removed endpoints that still have connections. */
export const ENDPOINT_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_endpoint_open_connections',
    type: 'gauge',
    labels: ENDPOINT_LABELS,
    help: 'Open connections to an endpoint.',
    write: each(({ openConnections }) => openConnections),
  },
  {
    name: 'l4balancer_endpoint_connections_total',
    type: 'counter',
    labels: ENDPOINT_LABELS,
    help: 'Connections established to an endpoint.',
    write: each(({ connectionsTotal }) => connectionsTotal),
  },
  {
    name: 'l4balancer_endpoint_connect_failures_total',
    type: 'counter',
    labels: ENDPOINT_LABELS,
    help: 'Failed attempts to connect to an endpoint.',
    write: each(({ connectFailuresTotal }) => connectFailuresTotal),
  },
  {
    name: 'l4balancer_endpoint_received_bytes_total',
    type: 'counter',
    labels: ENDPOINT_LABELS,
    help: 'Bytes from clients to an endpoint.',
    write: each(({ receivedBytes }) => receivedBytes),
  },
  {
    name: 'l4balancer_endpoint_sent_bytes_total',
    type: 'counter',
    labels: ENDPOINT_LABELS,
    help: 'Bytes from an endpoint to clients.',
    write: each(({ sentBytes }) => sentBytes),
  },
  {
    name: 'l4balancer_endpoint_source_ports_left',
    type: 'gauge',
    labels: ENDPOINT_LABELS,
    help: 'Estimated number of free source ports for connections to an endpoint: the range (net.ipv4.ip_local_port_range) minus open connections, and minus connections of the last minute that left a port in TIME_WAIT (unless net.ipv4.tcp_tw_reuse is 1). Other programs and health checks are not counted. The proxy can reuse most ports in TIME_WAIT.',
    write: each((endpoint, { facts, stats }) => facts.sourcePortsLeft(stats, endpoint)),
  },
  {
    name: 'l4balancer_endpoint_healthy',
    type: 'gauge',
    labels: ENDPOINT_LABELS,
    help: '0 if the health checks of an endpoint fail or it is ejected, otherwise 1.',
    write: ({ facts, beyondBudget }, to) => {
      for (const { backend, endpoint, healthy } of facts.health())
        if (!beyondBudget.has(backend)) to.sample(labelsOf({ backend, endpoint }), healthy ? 1 : 0);
    },
  },
  {
    name: 'l4balancer_backend_endpoints',
    type: 'gauge',
    labels: ['backend', 'healthy'],
    help: 'Endpoints of a backend by health; those whose health checks fail or that are ejected have healthy="false".',
    write: ({ facts, stats }, to) => {
      // A backend without endpoints has zeros: a series that is missing cannot be asked for.
      const counts = new Map(stats.backends.map(({ name }) => [name, { healthy: 0, unhealthy: 0 }]));
      for (const { backend, healthy } of facts.health()) {
        const count = counts.get(backend) ?? { healthy: 0, unhealthy: 0 };
        count[healthy ? 'healthy' : 'unhealthy'] += 1;
        counts.set(backend, count);
      }
      for (const [backend, { healthy, unhealthy }] of counts) {
        to.sample(labelsOf({ backend, healthy: 'true' }), healthy);
        to.sample(labelsOf({ backend, healthy: 'false' }), unhealthy);
      }
    },
  },
  {
    name: 'l4balancer_backend_source_ports_left',
    type: 'gauge',
    labels: ['backend'],
    help: 'The lowest l4balancer_endpoint_source_ports_left of a backend.',
    write: ({ facts, stats }, to) => {
      const least = new Map<string, number>();
      for (const endpoint of stats.endpoints) {
        const left = facts.sourcePortsLeft(stats, endpoint);
        least.set(endpoint.backend, Math.min(left, least.get(endpoint.backend) ?? left));
      }
      for (const [backend, left] of least) to.sample(labelsOf({ backend }), left);
    },
  },
  {
    name: 'l4balancer_backend_endpoints_without_series',
    type: 'gauge',
    labels: ['backend'],
    help: 'Endpoints of a backend without series of their own, because the proxy has more than 1,024; the series of the backend include them.',
    write: ({ stats, endpoints }, to) => {
      const counts = new Map(stats.backends.map(({ name }) => [name, 0]));
      for (const [i, { backend }] of stats.endpoints.entries())
        if (endpoints[i] === undefined) counts.set(backend, (counts.get(backend) ?? 0) + 1);
      for (const [backend, count] of counts) to.sample(labelsOf({ backend }), count);
    },
  },
  {
    name: 'l4balancer_descriptors_held',
    type: 'gauge',
    labels: [],
    help: 'File descriptors that connections hold; a relayed connection holds two.',
    write: ({ stats }, to) => to.sample(NO_LABELS, stats.descriptors.held),
  },
  {
    name: 'l4balancer_descriptors_limit',
    type: 'gauge',
    labels: [],
    help: 'File descriptors that connections may hold; at the limit, clients wait in the kernel.',
    write: ({ stats }, to) => to.sample(NO_LABELS, stats.descriptors.limit),
  },
  {
    name: 'l4balancer_descriptors_left',
    type: 'gauge',
    labels: [],
    help: 'File descriptors that are still available to connections.',
    write: ({ stats: { descriptors } }, to) =>
      to.sample(NO_LABELS, Math.max(0, descriptors.limit - descriptors.held)),
  },
];
