import type { Registry } from 'prom-client';
import type { Readiness } from './readiness.ts';

/** One page: a status, a content type and a text. */
export interface Page {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

const PLAIN = 'text/plain; charset=utf-8';

/**
 * For the probes. A process that answers is alive, because a restart would not fix what is refused. It is
 * ready if it can do its work, or take over as a follower.
 */
export const healthPages = (readiness: () => Readiness): Pages => ({
  '/healthz': () => ({ status: 200, type: PLAIN, text: 'ok\n' }),
  '/readyz': () => {
    const { isReady, problems, namespaces } = readiness();
    const lines = [
      ...(isReady ? ['ok'] : problems),
      ...(isReady ? [...namespaces].map(([name, why]) => `namespace ${name} is not followed: ${why}`) : []),
    ];
    return { status: isReady ? 200 : 503, type: PLAIN, text: `${lines.join('\n')}\n` };
  },
});

/** For Prometheus. */
export const metricsPages = (registry: Registry): Pages => ({
  '/metrics': async () => ({ status: 200, type: registry.contentType, text: await registry.metrics() }),
});
