import type { Registry } from 'prom-client';
import { staleness, type WatchHealth } from '../watch/freshness.ts';

/** One page: a status, a content type and a text. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

const PLAIN = 'text/plain; charset=utf-8';

/** For the probes. Answering at all is being alive; ready is who knows the cluster as it is. */
export const healthPages = (watches: () => readonly WatchHealth[], isStopping: () => boolean): Pages => ({
  '/healthz': () => ({ status: 200, type: PLAIN, text: 'ok\n' }),
  '/readyz': () => {
    const problems = isStopping() ? ['stopping'] : staleness(watches());
    return problems.length === 0
      ? { status: 200, type: PLAIN, text: 'ok\n' }
      : { status: 503, type: PLAIN, text: `${problems.join('\n')}\n` };
  },
});

/** For Prometheus. */
export const metricsPages = (registry: Registry): Pages => ({
  '/metrics': async () => ({ status: 200, type: registry.contentType, text: await registry.metrics() }),
});
