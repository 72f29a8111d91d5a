/** How the health of a backend's endpoints is determined. */
export interface HealthPolicy {
  /** Undefined if nothing is checked. */
  readonly check: HealthCheck | undefined;
  /** Undefined if failed attempts to connect eject no endpoint. */
  readonly ejection: EjectionRules | undefined;
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
  /** How long it stays ejected the first time. */
  readonly timeMs: number;
  /** Percentage of the endpoints that may be ejected at once. */
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
