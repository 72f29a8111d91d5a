import type * as Prometheus from 'prom-client';
import { Counter, Gauge, Histogram } from '../../program/prometheus.ts';
import { ACCEPT_ERRNOS } from '../engine/accept-errno.ts';

/** The metrics that other parts update themselves, each starting at zero. */
export interface RegisteredMetrics {
  readonly healthChecks: Prometheus.Counter<'backend' | 'result'>;
  readonly healthTransitions: Prometheus.Counter<'backend' | 'to' | 'cause'>;
  readonly publishSeconds: Prometheus.Histogram;
  readonly acceptorDeaths: Prometheus.Counter;
  readonly acceptPauses: Prometheus.Counter<'errno'>;
  readonly ignoredFields: Prometheus.Gauge;
  readonly leftOut: Prometheus.Gauge<'kind'>;
}

export const registerMetrics = (registry: Prometheus.Registry, version: string): RegisteredMetrics => {
  const registers = [registry];
  new Gauge({
    name: 'l4balancer_build_info',
    help: 'Version of the proxy; always 1.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const acceptPauses = new Counter({
    name: 'l4balancer_accept_pauses_total',
    help: 'How often an acceptor paused accepting, by errno: file descriptors of the process (EMFILE) or of the machine (ENFILE) or memory (ENOBUFS, ENOMEM) ran out.',
    labelNames: ['errno'],
    registers,
  });
  for (const errno of ACCEPT_ERRNOS) acceptPauses.inc({ errno }, 0);
  const leftOut = new Gauge({
    name: 'l4balancer_left_out',
    help: 'Listeners, backends and other parts of the served resource that this version does not understand, and so does not serve as written.',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of ['listeners', 'backends', 'parts']) leftOut.set({ kind }, 0);
  return {
    healthChecks: new Counter({
      name: 'l4balancer_health_checks_total',
      help: 'Health checks by result: ok, failed, or not_made if descriptors, ports or buffers ran out.',
      labelNames: ['backend', 'result'],
      registers,
    }),
    healthTransitions: new Counter({
      name: 'l4balancer_health_transitions_total',
      help: 'Changes of endpoints to Healthy, Unhealthy, Ejected, Warming or Unknown, by cause.',
      labelNames: ['backend', 'to', 'cause'],
      registers,
    }),
    publishSeconds: new Histogram({
      name: 'l4balancer_publish_duration_seconds',
      help: 'Time from publishing a table until every acceptor serves it.',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    }),
    acceptorDeaths: new Counter({
      name: 'l4balancer_acceptor_deaths_total',
      help: 'Acceptor threads that died.',
      registers,
    }),
    acceptPauses,
    leftOut,
    ignoredFields: new Gauge({
      name: 'l4balancer_ignored_fields',
      help: 'Unknown fields of the served resource.',
      registers,
    }),
  };
};
