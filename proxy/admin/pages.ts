import { jsonPage, type Page, type Pages, textPage } from '../../program/page-server.ts';
import { VERSION } from '../../program/version.ts';
import type { Status, StatusSummary } from '../../report/status.ts';
import type { Engine } from '../engine/engine.ts';
import { METRICS_TYPE, type ProxyMetrics } from '../metrics/metrics.ts';
import { connectionsPage } from './connections.ts';
import { type ExplainSources, explainPage } from './explain.ts';
import type { Live } from './live.ts';

export interface PageSources extends ExplainSources {
  readonly engine: Pick<Engine, 'forecast' | 'connections'>;
  /** Why the proxy should be restarted; undefined if it works. */
  readonly whyUnhealthy: () => string | undefined;
  /** Why it should get no traffic; undefined if it should. */
  readonly whyNotReady: () => string | undefined;
  readonly status: () => Status;
  readonly summary: () => StatusSummary;
  readonly metrics: Pick<ProxyMetrics, 'text'>;
  readonly live: Pick<Live, 'events' | 'endpoints'>;
  /** The status page, for browsers. */
  readonly page: () => Page;
}

const INDEX = `L4Balancer proxy

/healthz   200 while the control thread and every acceptor are alive
/readyz    200 once every acceptor serves a table, until SIGTERM
/metrics   Prometheus text format
/status    JSON: listeners, endpoints and their health, findings, requested and effective tuning;
           with ?summary, endpoints are only counted
/explain   JSON: which endpoint a client would get now, and why: ?from=IP&to=LISTENER, and
           &via=IP (a load balancer in front), &sni=NAME, &alpn=PROTOCOL
/connections   JSON: connections that are open now; ?listener=, backend=, endpoint=, client=CIDR,
           older-than=30s, sort=age|bytes|idle, limit=1000
/events    what the status page shows, as server-sent events; open / in a browser for the page
/endpoints JSON: some endpoints, by ?backend= and ?search=, from ?offset=, at most ?limit=`;

/** The page of a probe: 200 ok, or 503 with the reason. */
const probe = (problem: string | undefined): Page =>
  problem === undefined ? textPage(200, 'ok') : textPage(503, problem);

/** The admin endpoint's pages by path. */
export const adminPages = (from: PageSources): Pages => ({
  '/': (_, { accept = '' }) =>
    accept.includes('text/html') ? from.page() : { ...textPage(200, INDEX), headers: { vary: 'accept' } },
  '/healthz': () => probe(from.whyUnhealthy()),
  '/readyz': () => probe(from.whyNotReady()),
  '/metrics': async () => ({
    status: 200,
    type: METRICS_TYPE,
    text: await from.metrics.text(),
  }),
  '/status': (query) => jsonPage(query.has('summary') ? from.summary() : from.status()),
  '/connections': (query) => connectionsPage(from.engine, VERSION, query),
  '/explain': (query) => explainPage(from, query),
  '/events': () => from.live.events(),
  '/endpoints': (query) => from.live.endpoints(query),
});
