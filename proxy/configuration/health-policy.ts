/** How the health of a backend's endpoints is determined. */
export interface HealthPolicy {
  /** Undefined if nothing is checked. */
  readonly check: HealthCheck | undefined;
  /** Undefined if failed attempts to connect eject no endpoint. */
  readonly ejection: EjectionRules | undefined;
  /**
   * The time over which the share of an endpoint grows after it was added or became healthy again; 0 for
   * none.
   */
  readonly slowStartMs: number;
}

export interface HealthCheck {
  readonly kind: CheckKind;
  /** Port to check at the endpoint's address; undefined for the endpoint's own port. */
  readonly port: number | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly thresholds: Thresholds;
}

/** How many results in a row change the health of an endpoint. */
export interface Thresholds {
  /** Successes in a row that make an endpoint healthy. */
  readonly healthyThreshold: number;
  /** Failures in a row that make it unhealthy. */
  readonly unhealthyThreshold: number;
}

/** When an endpoint is ejected, and for how long. */
export interface EjectionRules {
  /** Failed attempts to connect in a row after which an endpoint is ejected. */
  readonly consecutiveFailures: number;
  /** Duration of the first ejection. */
  readonly timeMs: number;
  /** Percentage of the endpoints that may be ejected at once. */
  readonly maxPercent: number;
}

/** How an endpoint is checked. */
export type CheckKind =
  | { readonly type: 'TCP' }
  | { readonly type: 'TLS'; readonly serverName: string | undefined }
  | ({ readonly type: 'HTTP' } & HttpRequest)
  | { readonly type: 'GRPC'; readonly service: string }
  | ({ readonly type: 'UDP' } & Datagrams)
  | { readonly type: 'ICMP' };

/** What a UDP check sends and expects: bytes, one character each (latin1). */
export interface Datagrams {
  readonly send: string;
  /** What the answer must contain; undefined if an answer is not needed. */
  readonly expect: string | undefined;
}

export interface HttpRequest {
  readonly path: string;
  readonly expectedStatuses: readonly number[];
  /** Value of the Host header, with a port if necessary; undefined for the endpoint's address. */
  readonly host: string | undefined;
  /** Whether to use TLS; the certificate is not verified. */
  readonly tls: boolean;
}
