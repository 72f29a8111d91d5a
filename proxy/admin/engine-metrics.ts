import type { EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';

/** What is read at each scrape; nothing is counted twice. */
export interface MetricsFacts {
  readonly stats: () => EngineStats;
  /** Every endpoint that the source gave, also those that get no connections. */
  readonly health: () => readonly {
    readonly backend: string;
    readonly endpoint: string;
    readonly healthy: boolean;
  }[];
  readonly findings: () => number;
  readonly connected: () => boolean;
}

type Sample = readonly [Record<string, string | number>, number];

/** A metric whose samples are read when it is asked for. */
export interface FromEngine {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly counter?: boolean;
  readonly read: (stats: EngineStats, facts: MetricsFacts) => readonly Sample[];
}

const perAcceptor = (value: (one: EngineStats['acceptors'][number]) => number) => (stats: EngineStats) =>
  stats.acceptors.map((one): Sample => [{ acceptor: one.index }, value(one)]);

const perListener = (value: (one: EngineStats['listeners'][number]) => number) => (stats: EngineStats) =>
  stats.listeners.map((one): Sample => [{ listener: one.name, port: one.port }, value(one)]);

const perEndpoint = (value: (one: EngineStats['endpoints'][number]) => number) => (stats: EngineStats) =>
  stats.endpoints.map((one): Sample => [{ backend: one.backend, endpoint: endpointKey(one) }, value(one)]);

const perBackend = (value: (one: EngineStats['backends'][number]) => number) => (stats: EngineStats) =>
  stats.backends.map((one): Sample => [{ backend: one.name }, value(one)]);

const ACCEPTOR = ['acceptor'];
const LISTENER = ['listener', 'port'];
const BACKEND = ['backend'];
const ENDPOINT = ['backend', 'endpoint'];

/** Counted in shared memory by the acceptors or known to the control thread; nothing is counted twice. */
export const FROM_ENGINE: readonly FromEngine[] = [
  {
    name: 'l4balancer_table_version',
    help: 'Version of the newest published table.',
    labels: [],
    read: (stats) => [[{}, stats.version]],
  },
  {
    name: 'l4balancer_findings',
    help: 'Things wrong with the input or the listeners; /status lists them.',
    labels: [],
    read: (_, facts) => [[{}, facts.findings()]],
  },
  {
    name: 'l4balancer_source_connected',
    help: '1 while the source can see its input, else 0; the last table is served meanwhile.',
    labels: [],
    read: (_, facts) => [[{}, facts.connected() ? 1 : 0]],
  },
  {
    name: 'l4balancer_acceptor_table_version',
    help: 'Version of the table that an acceptor serves.',
    labels: ACCEPTOR,
    read: perAcceptor(({ version }) => version),
  },
  {
    name: 'l4balancer_acceptor_open_connections',
    help: 'Open client connections of an acceptor.',
    labels: ACCEPTOR,
    read: perAcceptor(({ openConnections }) => openConnections),
  },
  {
    name: 'l4balancer_acceptor_accepted_connections_total',
    help: 'Client connections that an acceptor took.',
    labels: ACCEPTOR,
    counter: true,
    read: perAcceptor(({ acceptedTotal }) => acceptedTotal),
  },
  {
    name: 'l4balancer_listener_open_connections',
    help: 'Open client connections of a listener.',
    labels: LISTENER,
    read: perListener(({ openConnections }) => openConnections),
  },
  {
    name: 'l4balancer_listener_accepted_connections_total',
    help: 'Client connections that a listener took.',
    labels: LISTENER,
    counter: true,
    read: perListener(({ acceptedTotal }) => acceptedTotal),
  },
  {
    name: 'l4balancer_listener_received_bytes_total',
    help: 'Bytes from clients to endpoints.',
    labels: LISTENER,
    counter: true,
    read: perListener(({ receivedBytes }) => receivedBytes),
  },
  {
    name: 'l4balancer_listener_sent_bytes_total',
    help: 'Bytes from endpoints to clients.',
    labels: LISTENER,
    counter: true,
    read: perListener(({ sentBytes }) => sentBytes),
  },
  {
    name: 'l4balancer_endpoint_open_connections',
    help: 'Open connections to an endpoint.',
    labels: ENDPOINT,
    read: perEndpoint(({ openConnections }) => openConnections),
  },
  {
    name: 'l4balancer_endpoint_connections_total',
    help: 'Connections made to an endpoint.',
    labels: ENDPOINT,
    counter: true,
    read: perEndpoint(({ connectionsTotal }) => connectionsTotal),
  },
  {
    name: 'l4balancer_endpoint_connect_failures_total',
    help: 'Attempts to connect to an endpoint that failed.',
    labels: ENDPOINT,
    counter: true,
    read: perEndpoint(({ connectFailuresTotal }) => connectFailuresTotal),
  },
  {
    name: 'l4balancer_endpoint_healthy',
    help: '0 for an endpoint whose health checks fail, else 1.',
    labels: ENDPOINT,
    read: (_, facts) =>
      facts
        .health()
        .map(({ backend, endpoint, healthy }): Sample => [{ backend, endpoint }, healthy ? 1 : 0]),
  },
  {
    name: 'l4balancer_connections_closed_total',
    help: 'Client connections that ended, by reason.',
    labels: ['reason'],
    counter: true,
    read: (stats) => stats.closes.map(({ reason, total }): Sample => [{ reason }, total]),
  },
  {
    name: 'l4balancer_acceptor_handed_over_connections_total',
    help: 'Client connections that an acceptor took and handed to one with fewer.',
    labels: ACCEPTOR,
    counter: true,
    read: perAcceptor(({ handedOverTotal }) => handedOverTotal),
  },
  {
    name: 'l4balancer_connect_retries_total',
    help: 'Connection attempts made after a first one failed.',
    labels: BACKEND,
    counter: true,
    read: perBackend(({ retriesTotal }) => retriesTotal),
  },
  {
    name: 'l4balancer_connect_retries_denied_total',
    help: 'Connections that ended because the retry budget of their backend was spent.',
    labels: BACKEND,
    counter: true,
    read: perBackend(({ retriesDeniedTotal }) => retriesDeniedTotal),
  },
  {
    name: 'l4balancer_backend_queued_connections_total',
    help: 'Connections that had to wait because every endpoint was full.',
    labels: BACKEND,
    counter: true,
    read: perBackend(({ queuedTotal }) => queuedTotal),
  },
  {
    name: 'l4balancer_backend_connect_failures_total',
    help: 'Attempts to connect to an endpoint that failed, by what the kernel said.',
    labels: [...BACKEND, 'failure'],
    counter: true,
    read: (stats) =>
      stats.backends.flatMap(({ name, connectFailures }) =>
        connectFailures.map(({ failure, total }): Sample => [{ backend: name, failure }, total]),
      ),
  },
];
