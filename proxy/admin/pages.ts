import type { Status, StatusSummary } from '../../report/status.ts';
import { METRICS_TYPE, type ProxyMetrics } from './metrics.ts';
import { json, type Pages, probe } from './server.ts';

export interface PageSources {
  /** Why the proxy should be restarted; undefined if it works. */
  readonly whyUnhealthy: () => string | undefined;
  /** Why it should get no traffic; undefined if it should. */
  readonly whyNotReady: () => string | undefined;
  readonly status: () => Status;
  readonly summary: () => StatusSummary;
  readonly metrics: Pick<ProxyMetrics, 'text'>;
}

const INDEX = `L4Balancer proxy

/healthz   200 while the control thread and every acceptor are alive
/readyz    200 once every acceptor serves a table, until SIGTERM
/metrics   Prometheus text format
/status    JSON: listeners, endpoints and their health, findings, requested and effective tuning;
           with ?summary, endpoints are only counted
`;

/** The admin endpoint's pages by path. */
export const adminPages = (from: PageSources): Pages => ({
  '/': () => ({ status: 200, type: 'text/plain; charset=utf-8', text: INDEX }),
  '/healthz': () => probe(from.whyUnhealthy()),
  '/readyz': () => probe(from.whyNotReady()),
  '/metrics': async () => ({
    status: 200,
    type: METRICS_TYPE,
    text: await from.metrics.text(),
  }),
  '/status': (query) => json(query.has('summary') ? from.summary() : from.status()),
});
