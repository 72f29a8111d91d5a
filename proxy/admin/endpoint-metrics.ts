import type { EngineStats } from '../engine/stats.ts';
import type { EngineMetric, Scrape } from './engine-metrics.ts';
import { type Exposition, labelText } from './exposition.ts';

const each =
  (value: (endpoint: EngineStats['endpoints'][number], scrape: Scrape) => number) =>
  (scrape: Scrape, to: Exposition): void => {
    const { stats, endpoints } = scrape;
    for (const [i, endpoint] of stats.endpoints.entries()) {
      const labels = endpoints[i];
      if (labels !== undefined) to.sample(labels, value(endpoint, scrape));
    }
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
    write: ({ facts, beyondBudget }, to) => {
      for (const { backend, endpoint, healthy } of facts.health())
        if (!beyondBudget.has(backend)) to.sample(labelText({ backend, endpoint }), healthy ? 1 : 0);
    },
  },
  {
    name: 'l4balancer_backend_endpoints',
    type: 'gauge',
    help: 'Endpoints of a backend, by whether their health checks fail or they are ejected (healthy false), or not.',
    write: ({ facts }, to) => {
      const counts = new Map<string, { healthy: number; unhealthy: number }>();
      for (const { backend, healthy } of facts.health()) {
        const count = counts.get(backend) ?? { healthy: 0, unhealthy: 0 };
        count[healthy ? 'healthy' : 'unhealthy'] += 1;
        counts.set(backend, count);
      }
      for (const [backend, { healthy, unhealthy }] of counts) {
        to.sample(labelText({ backend, healthy: 'true' }), healthy);
        to.sample(labelText({ backend, healthy: 'false' }), unhealthy);
      }
    },
  },
  {
    name: 'l4balancer_backend_source_ports_left',
    type: 'gauge',
    help: 'The least of l4balancer_endpoint_source_ports_left of a backend.',
    write: ({ facts, stats }, to) => {
      const least = new Map<string, number>();
      for (const endpoint of stats.endpoints) {
        const left = facts.sourcePortsLeft(stats, endpoint);
        least.set(endpoint.backend, Math.min(left, least.get(endpoint.backend) ?? left));
      }
      for (const [backend, left] of least) to.sample(labelText({ backend }), left);
    },
  },
  {
    name: 'l4balancer_backend_endpoints_without_series',
    type: 'gauge',
    help: 'Endpoints of a backend that have no series of their own, since the proxy has more than 1,024; the series of the backend have their sums.',
    write: ({ stats, endpoints }, to) => {
      const counts = new Map(stats.backends.map(({ name }) => [name, 0]));
      for (const [i, { backend }] of stats.endpoints.entries())
        if (endpoints[i] === undefined) counts.set(backend, (counts.get(backend) ?? 0) + 1);
      for (const [backend, count] of counts) to.sample(labelText({ backend }), count);
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
