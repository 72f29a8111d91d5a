import type { SendCount } from '../../program/otlp/send-count.ts';
import type { Output } from '../../program/output.ts';
import { type Labels, labelsOf, type MetricType, NO_LABELS, type Samples } from '../../program/samples.ts';
import type { TuningEntry } from '../../report/status.ts';
import type { KnownCertificate, KnownList } from '../configuration/snapshot.ts';
import type { Durations, EngineStats } from '../engine/stats.ts';
import { endpointKey } from '../table/table.ts';
import { beyondBudget } from './series-budget.ts';

/** The sources that each scrape reads; metrics keep no counts of their own. */
export interface MetricsFacts {
  readonly stats: () => EngineStats;
  /** Every endpoint of the snapshot, including those that get no connections. */
  readonly health: () => readonly {
    readonly backend: string;
    readonly endpoint: string;
    readonly healthy: boolean;
  }[];
  readonly findings: () => number;
  readonly connected: () => boolean;
  /** The lists of sources that listeners have. */
  readonly lists: () => readonly KnownList[];
  /** The certificates with which listeners end TLS, or that endpoints are shown. */
  readonly certificates: () => readonly KnownCertificate[];
  /** Numbers of lines that standard output accepted and that it did not. */
  readonly output: Pick<Output, 'accepted' | 'dropped' | 'logDropped' | 'failures'>;
  /** What was sent by OTLP. */
  readonly otlp: Pick<SendCount, 'sent' | 'failed' | 'lost'>;
  /** The settings of the kernel and the process, as they are in effect. */
  readonly tuning: () => readonly TuningEntry[];
  /** Estimated number of free source ports to an endpoint. */
  readonly sourcePortsLeft: (stats: EngineStats, endpoint: EngineStats['endpoints'][number]) => number;
}

/** The figures of the engine at one moment, with the labels that many metrics share. */
export interface Scrape {
  readonly facts: MetricsFacts;
  readonly stats: EngineStats;
  readonly acceptors: readonly Labels[];
  readonly listeners: readonly Labels[];
  readonly backends: readonly Labels[];
  /** Undefined for an endpoint without series of its own. */
  readonly endpoints: readonly (Labels | undefined)[];
  /** Names of the backends whose endpoints in the table have no series of their own. */
  readonly beyondBudget: ReadonlySet<string>;
}

/** Labels of the series of a listener; `address` only of those that are bound to one. */
export const LISTENER_LABELS: readonly string[] = ['listener', 'port', 'address'];

export const listenerLabels = ({ name, port, address }: EngineStats['listeners'][number]) => ({
  listener: name,
  port,
  // To Prometheus an empty label is the same as none: listeners on all addresses keep their existing series.
  ...(address === undefined ? {} : { address }),
});

export const beginScrape = (facts: MetricsFacts): Scrape => {
  const stats = facts.stats();
  const beyond = beyondBudget(stats.endpoints);
  return {
    facts,
    stats,
    beyondBudget: beyond.served,
    acceptors: stats.acceptors.map(({ index }) => labelsOf({ acceptor: index })),
    listeners: stats.listeners.map((listener) => labelsOf(listenerLabels(listener))),
    backends: stats.backends.map(({ name }) => labelsOf({ backend: name })),
    endpoints: stats.endpoints.map((one) =>
      beyond[one.leaving ? 'leaving' : 'served'].has(one.backend)
        ? undefined
        : labelsOf({ backend: one.backend, endpoint: endpointKey(one) }),
    ),
  };
};

/** A metric whose samples are written at each scrape. */
export interface EngineMetric {
  readonly name: string;
  readonly type: MetricType;
  /** Names of the labels that its samples may have. */
  readonly labels: readonly string[];
  readonly help: string;
  readonly write: (scrape: Scrape, to: Samples) => void;
}

type Kind = 'acceptors' | 'listeners' | 'backends';
type One<K extends Kind> = EngineStats[K][number];

/** Writes one sample for each acceptor, listener or backend. */
const each =
  <K extends Kind>(kind: K, value: (one: One<K>) => number) =>
  (scrape: Scrape, to: Samples): void => {
    const all: readonly One<K>[] = scrape.stats[kind];
    const labels = scrape[kind];
    for (let i = 0; i < all.length; i++) to.sample(labels[i] as Labels, value(all[i] as One<K>));
  };

/** Writes one histogram, in seconds, for each listener or backend. */
const durations =
  <K extends 'listeners' | 'backends'>(kind: K, value: (one: One<K>) => Durations) =>
  (scrape: Scrape, to: Samples): void => {
    const all: readonly One<K>[] = scrape.stats[kind];
    for (const [i, one] of all.entries()) {
      const { boundsMs, counts, sumMs } = value(one);
      const bounds = boundsMs.map((bound) => bound / 1000);
      to.histogram(scrape[kind][i] as Labels, bounds, counts, sumMs / 1000);
    }
  };

const metric = (
  name: string,
  type: MetricType,
  labels: readonly string[],
  help: string,
  write: (scrape: Scrape, to: Samples) => void,
): EngineMetric => ({ name: `l4balancer_${name}`, type, labels, help, write });

const single = (value: (scrape: Scrape) => number) => (scrape: Scrape, to: Samples) =>
  to.sample(NO_LABELS, value(scrape));

/**
 * Writes the series of each listener as long as it keeps its slot, since it may return to it; the series with
 * an empty name has the sum of all listeners that gave up theirs.
 */
const closes = ({ stats }: Scrape, to: Samples): void => {
  for (const [index, { reason, by, phase, total }] of stats.pastCloses.entries()) {
    for (const { name, closes } of stats.listeners)
      to.sample(labelsOf({ listener: name, reason, ended_by: by, phase }), closes[index]?.total ?? 0);
    to.sample(labelsOf({ listener: '', reason, ended_by: by, phase }), total);
  }
};

/** Metrics that the acceptors count in shared memory or that the control thread knows. */
export const ENGINE_METRICS: readonly EngineMetric[] = [
  metric(
    'table_version',
    'gauge',
    [],
    'Version of the newest published table.',
    single(({ stats }) => stats.version),
  ),
  metric(
    'findings',
    'gauge',
    [],
    'Findings about the input, the listeners or the resources of the machine; /status lists them.',
    single(({ facts }) => facts.findings()),
  ),
  metric(
    'source_connected',
    'gauge',
    [],
    '1 while the source can read its input, otherwise 0; in the meantime the last table is served.',
    single(({ facts }) => (facts.connected() ? 1 : 0)),
  ),
  metric(
    'access_log_lines_total',
    'counter',
    [],
    'Lines written to the access log.',
    single(({ facts }) => facts.output.accepted),
  ),
  metric(
    'access_log_dropped_total',
    'counter',
    ['where'],
    'Connections that are missing from the access log: they ended faster than they could be logged (ring), or standard output accepted no more (output).',
    ({ facts, stats }, to) => {
      to.sample(labelsOf({ where: 'ring' }), stats.accessLogDropped);
      to.sample(labelsOf({ where: 'output' }), facts.output.dropped);
    },
  ),
  metric(
    'log_dropped_total',
    'counter',
    [],
    'Lines of the log, other than the access log, that standard output did not accept.',
    single(({ facts }) => facts.output.logDropped),
  ),
  metric(
    'output_failures_total',
    'counter',
    ['code'],
    'Failed attempts to write to standard output, by error code; each is retried within a second.',
    ({ facts }, to) => {
      for (const [code, failures] of facts.output.failures) to.sample(labelsOf({ code }), failures);
    },
  ),
  metric(
    'acceptor_table_version',
    'gauge',
    ['acceptor'],
    'Version of the table that an acceptor serves.',
    each('acceptors', ({ version }) => version),
  ),
  metric(
    'acceptor_open_connections',
    'gauge',
    ['acceptor'],
    'Open client connections of an acceptor.',
    each('acceptors', ({ openConnections }) => openConnections),
  ),
  metric(
    'acceptor_accepted_connections_total',
    'counter',
    ['acceptor'],
    'Client connections that an acceptor accepted.',
    each('acceptors', ({ acceptedTotal }) => acceptedTotal),
  ),
  metric(
    'acceptor_handed_over_connections_total',
    'counter',
    ['acceptor'],
    'Client connections that an acceptor accepted and handed over to one with fewer.',
    each('acceptors', ({ handedOverTotal }) => handedOverTotal),
  ),
  metric(
    'listener_open_connections',
    'gauge',
    LISTENER_LABELS,
    'Open client connections of a listener.',
    each('listeners', ({ openConnections }) => openConnections),
  ),
  metric(
    'listener_accepted_connections_total',
    'counter',
    LISTENER_LABELS,
    'Client connections that a listener accepted.',
    each('listeners', ({ acceptedTotal }) => acceptedTotal),
  ),
  metric(
    'listener_received_bytes_total',
    'counter',
    LISTENER_LABELS,
    'Bytes from clients to endpoints.',
    each('listeners', ({ receivedBytes }) => receivedBytes),
  ),
  metric(
    'listener_sent_bytes_total',
    'counter',
    LISTENER_LABELS,
    'Bytes from endpoints to clients.',
    each('listeners', ({ sentBytes }) => sentBytes),
  ),
  metric(
    'connections_closed_total',
    'counter',
    ['listener', 'reason', 'ended_by', 'phase'],
    'Client connections that ended, by reason, by who ended them, and by phase. An empty listener label stands for removed listeners.',
    closes,
  ),
  metric(
    'listener_closed_by_retries_total',
    'counter',
    [...LISTENER_LABELS, 'retries'],
    'Client connections that ended, by the number of retries to connect.',
    ({ stats }, to) => {
      for (const listener of stats.listeners)
        for (const [retries, total] of listener.closesByRetries.entries()) {
          const text = retries === listener.closesByRetries.length - 1 ? `${retries}+` : retries;
          to.sample(labelsOf({ ...listenerLabels(listener), retries: text }), total);
        }
    },
  ),
  metric(
    'listener_connection_duration_seconds',
    'histogram',
    LISTENER_LABELS,
    'Duration of client connections that ended.',
    durations('listeners', (listener) => listener.durations),
  ),
  metric(
    'backend_open_connections',
    'gauge',
    ['backend'],
    'Open connections to all endpoints of a backend, including removed ones.',
    each('backends', ({ openConnections }) => openConnections),
  ),
  metric(
    'backend_received_bytes_total',
    'counter',
    ['backend'],
    'Bytes from clients to the endpoints of a backend.',
    each('backends', ({ receivedBytes }) => receivedBytes),
  ),
  metric(
    'backend_sent_bytes_total',
    'counter',
    ['backend'],
    'Bytes from the endpoints of a backend to clients.',
    each('backends', ({ sentBytes }) => sentBytes),
  ),
  metric(
    'backend_connect_duration_seconds',
    'histogram',
    ['backend'],
    'Duration of successful attempts to connect to endpoints.',
    durations('backends', ({ connects }) => connects),
  ),
  metric(
    'connect_retries_total',
    'counter',
    ['backend'],
    'Attempts to connect after the first one failed.',
    each('backends', ({ retriesTotal }) => retriesTotal),
  ),
  metric(
    'connect_retries_denied_total',
    'counter',
    ['backend'],
    'Connections that ended because the retry budget of their backend was spent.',
    each('backends', ({ retriesDeniedTotal }) => retriesDeniedTotal),
  ),
  metric(
    'backend_queued_connections_total',
    'counter',
    ['backend'],
    'Connections that had to wait because every endpoint was full.',
    each('backends', ({ queuedTotal }) => queuedTotal),
  ),
  metric(
    'backend_connect_failures_total',
    'counter',
    ['backend', 'failure'],
    'Failed attempts to connect to an endpoint, by cause.',
    ({ stats }, to) => {
      for (const { name, connectFailures } of stats.backends)
        for (const { failure, total } of connectFailures)
          to.sample(labelsOf({ backend: name, failure }), total);
    },
  ),
];
