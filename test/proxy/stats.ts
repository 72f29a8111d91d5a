import type {
  AcceptorStats,
  BackendStats,
  EndpointStats,
  EngineStats,
  ListenerStats,
} from '../../proxy/engine/stats.ts';

/** An acceptor that has served nothing yet. */
export const acceptorStats = (change: Partial<AcceptorStats> = {}): AcceptorStats => ({
  index: 0,
  version: 1,
  openConnections: 0,
  acceptedTotal: 0,
  handedOverTotal: 0,
  ...change,
});

export const listenerStats = (change: Partial<ListenerStats> = {}): ListenerStats => ({
  name: 'http',
  protocol: 'TCP',
  port: 80,
  backend: 'web',
  leaving: false,
  openConnections: 0,
  acceptedTotal: 0,
  admittedTotal: 0,
  trustedTotal: 0,
  receivedBytes: 0,
  sentBytes: 0,
  closes: [],
  closesByRetries: [0, 0, 0, 0],
  durations: { boundsMs: [1, 10], counts: [0, 0, 0], sumMs: 0 },
  ...change,
});

export const backendStats = (change: Partial<BackendStats> = {}): BackendStats => ({
  name: 'web',
  openConnections: 0,
  receivedBytes: 0,
  sentBytes: 0,
  connects: { boundsMs: [0.5, 1], counts: [0, 0, 0], sumMs: 0 },
  retriesTotal: 0,
  retriesDeniedTotal: 0,
  queuedTotal: 0,
  securedTotal: { full: 0, resumed: 0 },
  connectFailures: [],
  ...change,
});

export const endpointStats = (change: Partial<EndpointStats> = {}): EndpointStats => ({
  backend: 'web',
  address: '2001:db8::1',
  port: 1,
  leaving: false,
  openConnections: 0,
  connectionsTotal: 0,
  connectFailuresTotal: 0,
  receivedBytes: 0,
  sentBytes: 0,
  portsKeptTotal: 0,
  consecutiveFailures: 0,
  ...change,
});

/** A data plane that has counted nothing yet. */
export const engineStats = (change: Partial<EngineStats> = {}): EngineStats => ({
  version: 1,
  acceptors: [acceptorStats()],
  listeners: [],
  backends: [],
  endpoints: [],
  closes: [],
  pastCloses: [],
  accessLogDropped: 0,
  sourcePorts: { count: 28_232, reused: false },
  descriptors: { held: 0, limit: 1000 },
  ...change,
});
