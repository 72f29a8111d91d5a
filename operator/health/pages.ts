import type { Registry } from 'prom-client';
import { type Pages, textPage } from '../../program/page-server.ts';
import type { Readiness } from './readiness.ts';

/**
 * For the probes. A process that answers is alive, because a restart would not fix what is refused. It is
 * ready if it can do its work, or take over as a follower.
 */
export const healthPages = (readiness: () => Readiness): Pages => ({
  '/healthz': () => textPage(200, 'ok'),
  '/readyz': () => {
    const { isReady, problems, namespaces } = readiness();
    const lines = [
      ...(isReady ? ['ok'] : problems),
      ...(isReady ? [...namespaces].map(([name, why]) => `namespace ${name} is not followed: ${why}`) : []),
    ];
    return textPage(isReady ? 200 : 503, lines.join('\n'));
  },
});

/** For Prometheus. */
export const metricsPages = (registry: Registry): Pages => ({
  '/metrics': async () => ({ status: 200, type: registry.contentType, text: await registry.metrics() }),
});
