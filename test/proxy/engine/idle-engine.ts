import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import { CONNECT_FAILURES } from '../../../proxy/engine/connect-failure.ts';
import type { Engine } from '../../../proxy/engine/engine.ts';
import type { StartEngine } from '../../../proxy/engine/kind.ts';
import type { EngineStats } from '../../../proxy/engine/stats.ts';
import type { Table } from '../../../proxy/table/table.ts';

const CLOSED = CLOSES.map((close) => ({ ...close, total: 0 }));
const NO_DURATIONS = { boundsMs: [], counts: [0], sumMs: 0 };
const NO_BYTES = { receivedBytes: 0, sentBytes: 0 };

/** The figures of a table that no client has connected to. */
const zeroStats = ({ listeners, backends }: Table, version: number): EngineStats => ({
  version,
  acceptors: [],
  listeners: listeners.map(({ policy: _policy, ...listener }) => ({
    ...listener,
    ...NO_BYTES,
    leaving: false,
    openConnections: 0,
    acceptedTotal: 0,
    admittedTotal: 0,
    trustedTotal: 0,
    closes: CLOSED,
    closesByRetries: [0, 0, 0, 0],
    durations: NO_DURATIONS,
  })),
  backends: backends.map(({ name }) => ({
    name,
    ...NO_BYTES,
    openConnections: 0,
    connects: NO_DURATIONS,
    retriesTotal: 0,
    retriesDeniedTotal: 0,
    queuedTotal: 0,
    securedTotal: { full: 0, resumed: 0 },
    connectFailures: CONNECT_FAILURES.map((failure) => ({ failure, total: 0 })),
  })),
  endpoints: backends.flatMap(({ name, endpoints, inactive }) =>
    [...endpoints, ...inactive].map(({ address, port }) => ({
      backend: name,
      address,
      port,
      ...NO_BYTES,
      leaving: false,
      openConnections: 0,
      connectionsTotal: 0,
      connectFailuresTotal: 0,
      portsKeptTotal: 0,
      consecutiveFailures: 0,
    })),
  ),
  closes: CLOSED,
  pastCloses: CLOSED,
  sourcePorts: { count: 0, reused: false },
  accessLogDropped: 0,
  descriptors: { held: 0, limit: 0 },
});

/**
 * Starts an engine that takes tables, opens nothing and relays nothing: the least that the port requires.
 */
export const startIdleEngine: StartEngine = async (): Promise<Engine> => {
  let table: Table = { accessLog: { mode: 'Off', sampleOneIn: 2 }, listeners: [], backends: [] };
  let version = 0;
  let closed = false;
  return {
    async publish(next) {
      if (closed) return [];
      table = next;
      version += 1;
      return [];
    },
    stats: () => zeroStats(table, version),
    forecast: async () => undefined,
    connections: async () => ({ connections: [], matched: 0 }),
    openConnections: () => 0,
    acceptors: () => [],
    failing: () => [],
    forgetFailures() {},
    setShares() {},
    setTicketKeys() {},
    async stopAccepting() {
      table = { ...table, listeners: [] };
    },
    drainWithin() {},
    async drained() {},
    async close() {
      closed = true;
    },
  };
};
