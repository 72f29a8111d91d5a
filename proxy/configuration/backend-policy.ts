/** How an endpoint is picked for a new connection. */
export type Algorithm = 'RoundRobin' | 'LeastConnections' | 'Random' | 'SourceHash' | 'Maglev';

/**
 * How the data plane makes and ends connections to a backend's endpoints. It is made once, together with the
 * configuration, and passed on whole: the table, its wiring and the message to the acceptors name none of its
 * fields. What only decides which endpoints are in the table is not part of it: a change of that alone must
 * publish nothing.
 */
export interface BackendPolicy {
  readonly algorithm: Algorithm;
  /** Milliseconds for one attempt to connect. */
  readonly connectMs: number;
  /** Milliseconds after which no further attempt begins. */
  readonly totalConnectMs: number;
  /** Further attempts after the first, each on another endpoint. */
  readonly retries: number;
  /** Retries for each 100 new connections, 0 to 100. */
  readonly retryBudgetPercent: number;
  /** Connections to one endpoint at once; 0 for no limit. */
  readonly maxConnectionsPerEndpoint: number;
  /** Whether connections to an endpoint that has left the table are closed. */
  readonly closeOnRemoval: boolean;
}
