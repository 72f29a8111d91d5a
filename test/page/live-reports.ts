import type { LiveBackend, LiveEndpoint, LiveListener, LiveReport } from '../../report/live.ts';
import type { StatusSummary } from '../../report/status.ts';

type Named<T> = Partial<T> & { readonly name: string };

interface Parts {
  readonly listeners?: readonly (Named<StatusSummary['listeners'][number]> & {
    readonly live?: Partial<LiveListener>;
  })[];
  readonly backends?: readonly (Named<LiveBackend> & { readonly endpoints?: number })[];
  readonly findings?: StatusSummary['findings'];
  readonly busiest?: LiveReport['busiest'];
  readonly out?: readonly LiveEndpoint[];
  readonly nowMs?: number;
}

/** A report as a proxy sends it, of a proxy with these listeners and backends. */
export const liveReport = ({
  listeners = [],
  backends = [],
  findings = [],
  busiest = [],
  out = [],
  nowMs = Date.parse('2026-11-24T12:00:00Z'),
}: Parts): LiveReport => ({
  proxy: 'edge-1',
  nowMs,
  everyMs: 2_000,
  totals: {
    open: 0,
    connections: 0,
    errors: 0,
    received: 0,
    sent: 0,
    connectP50Ms: null,
    connectP99Ms: null,
  },
  summary: {
    reportVersion: 1,
    version: '1.2.3',
    uptimeMs: 1,
    ready: true,
    source: { from: 'file edge.yaml', following: true },
    tableVersion: 1,
    acceptors: [{ index: 0, alive: true, tableVersion: 1, open: 0, accepted: 0 }],
    listeners: listeners.map(({ live, ...one }) => ({
      port: 80,
      backend: 'web',
      open: 0,
      accepted: 0,
      closed: 0,
      ...one,
    })),
    backends: backends.map(({ name, endpoints = 0 }) => ({
      name,
      algorithm: 'RoundRobin',
      counts: { endpoints, ready: endpoints },
    })),
    descriptors: { held: 0, limit: 100, left: 100 },
    sourcePorts: 28_000,
    findings,
    tuning: [],
  },
  listeners: listeners.map(({ name, live }) => ({
    name,
    connections: 0,
    received: 0,
    sent: 0,
    errors: 0,
    ...live,
  })),
  backends: backends.map(({ endpoints, ...one }) => ({
    open: 0,
    connections: 0,
    received: 0,
    sent: 0,
    retries: 0,
    queued: 0,
    connectP50Ms: null,
    connectP99Ms: null,
    failures: [],
    ...one,
  })),
  acceptors: [{ index: 0, connections: 0, handedOver: 0 }],
  closes: [],
  busiest,
  out: { total: out.length, endpoints: out },
});
