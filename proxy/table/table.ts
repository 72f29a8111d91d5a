/** What the acceptors serve, as plain frozen data: no descriptors, no slots, no clock. */
export interface Table {
  /** Sorted by name. */
  readonly listeners: readonly TableListener[];
  /** Sorted by name. */
  readonly backends: readonly TableBackend[];
}

export interface TableListener {
  readonly name: string;
  readonly port: number;
  /** Name of an entry of `backends`. */
  readonly backend: string;
  /** Milliseconds without a byte either way after which a connection is closed. */
  readonly idleMs: number;
}

export interface TableBackend {
  readonly name: string;
  readonly algorithm: 'RoundRobin' | 'LeastConnections';
  /** Milliseconds for one attempt to connect. */
  readonly connectMs: number;
  /** Further attempts after the first, each on another endpoint. */
  readonly retries: number;
  /** Endpoints that take new connections, sorted by address and port, weights above 0. */
  readonly endpoints: readonly TableEndpoint[];
  /** Endpoints that take none now (unhealthy, or of weight 0) but keep their connections and counters; sorted alike. */
  readonly resting: readonly TableEndpoint[];
}

export interface TableEndpoint {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
}

/** Name of an endpoint within its backend; IPv6 addresses are bracketed. */
export const endpointKey = (endpoint: { readonly address: string; readonly port: number }): string =>
  endpoint.address.includes(':')
    ? `[${endpoint.address}]:${endpoint.port}`
    : `${endpoint.address}:${endpoint.port}`;
