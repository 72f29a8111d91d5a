import type { AccessLog } from './access-log.ts';
import type { BackendPolicy } from './backend-policy.ts';
import type { Binding } from './binding.ts';
import type { HealthPolicy } from './health-policy.ts';
import type { ListenerPolicy } from './listener-policy.ts';
import type { Target } from './target.ts';
import type { ProcessTuning } from './tuning.ts';
import type { Written } from './written-paths.ts';

/**
 * What a proxy is asked to do, whichever resource asks for it. Plain data: times in milliseconds, defaults
 * filled in, addresses of listeners in one spelling.
 */
export interface Configuration {
  /** In the order in which they are written, as are the backends. */
  readonly listeners: readonly ListenerConfiguration[];
  readonly backends: readonly BackendConfiguration[];
  readonly accessLog: AccessLog;
  readonly drain: DrainPolicy;
  readonly tuning: ProcessTuning;
  readonly written: Written;
}

export interface ListenerConfiguration extends Binding {
  readonly name: string;
  /** Name of an entry of `backends`. */
  readonly backend: string;
  readonly policy: ListenerPolicy;
}

export interface BackendConfiguration {
  readonly name: string;
  /** A Service of the same namespace, whose endpoints the backend has; left out where it lists its own. */
  readonly service?: { readonly name: string; readonly port: number | string };
  /** Those that it lists, addresses as they are written; empty with a Service. */
  readonly endpoints: readonly Target[];
  readonly policy: BackendPolicy;
  readonly health: HealthPolicy;
  /** Below this share of healthy endpoints backups help, and without those all are used. */
  readonly panicThresholdPercent: number;
  /** Whether connections to an endpoint that became unhealthy are closed. */
  readonly closeOnUnhealthy: boolean;
}

/** How the proxy stops. */
export interface DrainPolicy {
  /** How long new connections are still taken; left out for what is usual where the proxy runs. */
  readonly delayMs?: number;
  /** Whether idle connections are closed one by one over the time that is left. */
  readonly spread: boolean;
}
