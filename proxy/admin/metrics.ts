import { setImmediate } from 'node:timers/promises';
import type * as Prometheus from 'prom-client';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '../../program/prometheus.ts';
import { ACCEPT_ERRNOS } from '../engine/accept-errno.ts';
import { beginScrape, type MetricsFacts, type Scrape } from './engine-metrics.ts';
import { Exposition } from './exposition.ts';
import { SCRAPED_METRICS } from './scraped-metrics.ts';

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The metrics page, and the metrics that other parts update themselves. */
export interface ProxyMetrics {
  /**
   * The text of one scrape. The engine's figures are read once for all metrics, because that takes time in
   * proportion to the number of endpoints. Concurrent scrapes get the same text, so that they do not pile up.
   */
  text(): Promise<string>;
  readonly healthChecks: Prometheus.Counter<'backend' | 'result'>;
  readonly healthTransitions: Prometheus.Counter<'backend' | 'to' | 'cause'>;
  readonly publishSeconds: Prometheus.Histogram;
  readonly acceptorDeaths: Prometheus.Counter;
  readonly acceptPauses: Prometheus.Counter<'errno'>;
  readonly ignoredFields: Prometheus.Gauge;
  readonly leftOut: Prometheus.Gauge<'kind'>;
}

/** Removes the series of backends that the engine no longer counts and whose endpoints are not checked. */
const forgetBackends = async <Label extends string>(
  counter: Prometheus.Counter<Label | 'backend'>,
  { stats, facts }: Scrape,
): Promise<void> => {
  const counted = new Set(stats.backends.map(({ name }) => name));
  const others = (await counter.get()).values.filter(({ labels }) => !counted.has(`${labels.backend}`));
  if (others.length === 0) return;
  // Checks start before the table with the backend is served.
  const checked = new Set(facts.health().map(({ backend }) => backend));
  for (const { labels } of others) if (!checked.has(`${labels.backend}`)) counter.remove(labels);
};

/**
 * Creates all metrics of the proxy, each starting at zero. Names start with l4balancer_ and end with their
 * unit.
 */
export const createMetrics = (version: string, facts: MetricsFacts): ProxyMetrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'l4balancer_build_info',
    help: 'Version of the proxy; always 1.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  const write = async (): Promise<string> => {
    const page = new Exposition();
    const scrape = beginScrape(facts);
    for (const { name, type, help, write } of SCRAPED_METRICS) {
      page.begin(name, type, help);
      write(scrape, page);
    }
    await forgetBackends(healthChecks, scrape);
    await forgetBackends(healthTransitions, scrape);
    return page.text + (await registry.metrics());
  };
  const healthChecks = new Counter({
    name: 'l4balancer_health_checks_total',
    help: 'Health checks by result: ok, failed, or not_made if descriptors, ports or buffers ran out.',
    labelNames: ['backend', 'result'],
    registers,
  });
  const healthTransitions = new Counter({
    name: 'l4balancer_health_transitions_total',
    help: 'Changes of endpoints to Healthy, Unhealthy, Ejected, Warming or Unknown, by cause.',
    labelNames: ['backend', 'to', 'cause'],
    registers,
  });
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
  let pending: Promise<string> | undefined;
  return {
    text() {
      // Written in the next turn of the event loop, for all requests until then.
      pending ??= setImmediate().then(() => {
        pending = undefined;
        return write();
      });
      return pending;
    },
    healthChecks,
    healthTransitions,
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
