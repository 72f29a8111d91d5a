import { setImmediate } from 'node:timers/promises';
import type * as Prometheus from 'prom-client';
import { collectProcessMetrics } from '../../program/process-metrics.ts';
import { Registry } from '../../program/prometheus.ts';
import { writeRegistry } from '../../program/registry-samples.ts';
import type { Samples } from '../../program/samples.ts';
import { beginScrape, type MetricsFacts, type Scrape } from './engine-metrics.ts';
import { Exposition } from './exposition.ts';
import { type RegisteredMetrics, registerMetrics } from './registered-metrics.ts';
import { SCRAPED_METRICS } from './scraped-metrics.ts';

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The metrics page, and the metrics that other parts update themselves. */
export interface ProxyMetrics extends RegisteredMetrics {
  /**
   * The text of one scrape. The engine's figures are read once for all metrics, because that takes time in
   * proportion to the number of endpoints. Concurrent scrapes get the same text, so that they do not pile up.
   */
  text(): Promise<string>;
  /** Writes all samples of one moment. */
  collect(to: Samples): Promise<void>;
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
 * Creates all metrics of the proxy. Names start with l4balancer_ and end with their unit.
 */
export const createMetrics = (version: string, facts: MetricsFacts): ProxyMetrics => {
  const registry = new Registry();
  collectProcessMetrics(registry);
  const registered = registerMetrics(registry, version);
  const scrapeTo = async (to: Samples): Promise<void> => {
    const scrape = beginScrape(facts);
    for (const { name, type, help, write } of SCRAPED_METRICS) {
      to.begin(name, type, help);
      write(scrape, to);
    }
    await forgetBackends(registered.healthChecks, scrape);
    await forgetBackends(registered.healthTransitions, scrape);
  };
  const write = async (): Promise<string> => {
    const page = new Exposition();
    await scrapeTo(page);
    return page.text + (await registry.metrics());
  };
  let pending: Promise<string> | undefined;
  return {
    ...registered,
    text() {
      // Written in the next turn of the event loop, for all requests until then.
      pending ??= setImmediate().then(() => {
        pending = undefined;
        return write();
      });
      return pending;
    },
    async collect(to) {
      await scrapeTo(to);
      await writeRegistry(registry, to);
    },
  };
};
