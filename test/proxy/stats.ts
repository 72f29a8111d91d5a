import type { AcceptorStats, EndpointStats, EngineStats, ListenerStats } from '../../proxy/engine/stats.ts';

/** An acceptor that has served nothing yet. */
export const acceptorStats = (change: Partial<AcceptorStats> = {}): AcceptorStats => ({
  index: 0,
  version: 1,
  openConnections: 0,
  acceptedTotal: 0,
  handedOverTotal: 0,
  paused: false,
  ...change,
});

export const listenerStats = (change: Partial<ListenerStats> = {}): ListenerStats => ({
  name: 'http',
  port: 80,
  openConnections: 0,
  acceptedTotal: 0,
  receivedBytes: 0,
  sentBytes: 0,
  closes: [],
  ...change,
});

export const endpointStats = (change: Partial<EndpointStats> = {}): EndpointStats => ({
  backend: 'web',
  address: '2001:db8::1',
  port: 1,
  openConnections: 0,
  connectionsTotal: 0,
  connectFailuresTotal: 0,
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
  descriptors: { held: 0, limit: 1000 },
  ...change,
});
