import type { AccessLog } from './access-log.ts';
import type { BackendPolicy } from './backend-policy.ts';
import type { Binding } from './binding.ts';
import type { HealthPolicy } from './health-policy.ts';
import type { ListenerPolicy } from './listener-policy.ts';
import type { Target } from './target.ts';
import type { ProcessTuning } from './tuning.ts';
import type { WrittenPaths } from './written-paths.ts';

/**
 * What a proxy is configured to do, whatever kind of resource it comes from. Plain data: times in
 * milliseconds, defaults filled in, addresses of listeners in canonical spelling.
 */
export interface Configuration {
  /** In the order in which they are written, like the backends. */
  readonly listeners: readonly ListenerConfiguration[];
  readonly backends: readonly BackendConfiguration[];
  readonly accessLog: AccessLog;
  readonly drain: DrainPolicy;
  readonly tuning: ProcessTuning;
  readonly written: WrittenPaths;
}

export interface ListenerConfiguration extends Binding {
  readonly name: string;
  /** Name of an entry of `backends`. */
  readonly backend: string;
  readonly policy: ListenerPolicy;
}

export interface BackendConfiguration {
  readonly name: string;
  /**
   * The Service of the same namespace that provides the backend's endpoints; omitted if the backend lists
   * them.
   */
  readonly service?: { readonly name: string; readonly port: number | string };
  /** The listed endpoints, with addresses as written; empty with a Service. */
  readonly endpoints: readonly Target[];
  readonly policy: BackendPolicy;
  readonly health: HealthPolicy;
  /** If the share of healthy endpoints is lower, backups are used, and without those all endpoints. */
  readonly panicThresholdPercent: number;
  /** Whether connections to an endpoint that becomes unhealthy are closed. */
  readonly closeOnUnhealthy: boolean;
}

/** How the proxy stops. */
export interface DrainPolicy {
  /** How long new connections are still accepted; omitted for the default where the proxy runs. */
  readonly delayMs?: number;
  /** Whether idle connections are closed gradually over the remaining time. */
  readonly spread: boolean;
}
