import type { EndpointTlsPolicy } from './endpoint-tls.ts';

/** How an endpoint is picked for a new connection. */
export type Algorithm = 'RoundRobin' | 'LeastConnections' | 'Random' | 'SourceHash' | 'Maglev';

/**
 * How the data plane opens and closes connections to a backend's endpoints. It is created once, together with
 * the configuration, and passed on as a whole: the table, its wiring and the message to the acceptors do not
 * name its fields. Settings that only decide which endpoints are in the table are not part of it, because a
 * change of those alone must not publish anything.
 */
export interface BackendPolicy {
  readonly algorithm: Algorithm;
  /** Milliseconds for one attempt to connect. */
  readonly connectMs: number;
  /** Milliseconds after which no further attempt starts. */
  readonly totalConnectMs: number;
  /** Further attempts after the first, each to another endpoint. */
  readonly retries: number;
  /** Retries for each 100 new connections, 0 to 100. */
  readonly retryBudgetPercent: number;
  /** Maximum concurrent connections to one endpoint; 0 for no limit. */
  readonly maxConnectionsPerEndpoint: number;
  /** Whether connections to an endpoint that was removed from the table are closed. */
  readonly closeOnRemoval: boolean;
  /** Omitted if endpoints get no PROXY header. */
  readonly proxyProtocol?: SentProxyProtocol;
  /** Omitted if endpoints are spoken to in the clear. */
  readonly tls?: EndpointTlsPolicy;
}

/** The header with which connections to endpoints begin. */
export interface SentProxyProtocol {
  readonly version: 'V1' | 'V2';
  /** Whether it has a checksum, and a unique ID of the connection; only in version 2. */
  readonly checksum: boolean;
  readonly uniqueId: boolean;
  /** What it says of the client's TLS; empty for nothing. */
  readonly tls: readonly TlsTlv[];
}

/** What a header of version 2 may say of the client's TLS. */
export type TlsTlv = 'Authority' | 'ALPN' | 'TLS' | 'ClientCertificate';
