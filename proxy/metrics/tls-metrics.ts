import { labelsOf } from '../../program/samples.ts';
import { type EngineMetric, LISTENER_LABELS, listenerLabels } from './engine-metrics.ts';

/** Metrics of listeners that end TLS, and of backends that speak it with their endpoints. */
export const TLS_METRICS: readonly EngineMetric[] = [
  {
    name: 'l4balancer_tls_handshakes_total',
    type: 'counter',
    labels: [...LISTENER_LABELS, 'resumed'],
    help: 'TLS handshakes with clients that were completed, with an earlier session (resumed) or without.',
    write: ({ stats }, to) => {
      for (const listener of stats.listeners) {
        if (listener.handshakes === undefined) continue;
        const { full, resumed } = listener.handshakes;
        to.sample(labelsOf({ ...listenerLabels(listener), resumed: 'false' }), full);
        to.sample(labelsOf({ ...listenerLabels(listener), resumed: 'true' }), resumed);
      }
    },
  },
  {
    name: 'l4balancer_backend_tls_handshakes_total',
    type: 'counter',
    labels: ['backend', 'resumed'],
    help: 'TLS handshakes with endpoints that were completed, with an earlier session (resumed) or without; l4balancer_backend_connect_failures_total counts those that failed.',
    write: ({ stats }, to) => {
      for (const { name, securedTotal } of stats.backends) {
        const { full, resumed } = securedTotal;
        if (full + resumed === 0) continue;
        to.sample(labelsOf({ backend: name, resumed: 'false' }), full);
        to.sample(labelsOf({ backend: name, resumed: 'true' }), resumed);
      }
    },
  },
  {
    name: 'l4balancer_tls_handshake_failures_total',
    type: 'counter',
    labels: [...LISTENER_LABELS, 'failure'],
    help: 'TLS handshakes with clients that failed, by cause; ClientAlert: the client refused, often because it does not trust the certificate.',
    write: ({ stats }, to) => {
      for (const listener of stats.listeners)
        for (const { failure, total } of listener.handshakes?.failed ?? [])
          to.sample(labelsOf({ ...listenerLabels(listener), failure }), total);
    },
  },
];
