/** How it is found out whether a backend's endpoints are well. */
export interface HealthPolicy {
  /** Undefined where nothing is checked. */
  readonly check: HealthCheck | undefined;
  /** Undefined where failed attempts to connect take no endpoint out. */
  readonly ejection: Ejection | undefined;
  /** Time over which an endpoint that is new or healthy again gets its full share; 0 for none. */
  readonly slowStartMs: number;
}

export interface HealthCheck {
  readonly kind: CheckKind;
  /** Of each endpoint's address; undefined for the endpoint's own. */
  readonly port: number | undefined;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly thresholds: Thresholds;
}

/** How many checks in a row change what is thought of an endpoint. */
export interface Thresholds {
  /** Successes in a row that make an endpoint healthy. */
  readonly healthyThreshold: number;
  /** Failures in a row that make it unhealthy. */
  readonly unhealthyThreshold: number;
}

export interface Ejection {
  /** Failed attempts in a row that take an endpoint out. */
  readonly consecutiveFailures: number;
  /** How long it stays out the first time. */
  readonly timeMs: number;
  /** Share of the endpoints that may be out at once. */
  readonly maxPercent: number;
}

/** What is asked of an endpoint. */
export type CheckKind =
  | { readonly type: 'TCP' }
  | { readonly type: 'TLS'; readonly serverName: string | undefined }
  | ({ readonly type: 'HTTP' } & HttpQuestion)
  | { readonly type: 'GRPC'; readonly service: string };

export interface HttpQuestion {
  readonly path: string;
  readonly expectedStatuses: readonly number[];
  /** Name that is asked for, with a port if need be; undefined for the endpoint's address. */
  readonly host: string | undefined;
  /** Whether to ask over TLS; the certificate is not verified. */
  readonly tls: boolean;
}
