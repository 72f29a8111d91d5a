import type { Backend, HealthCheck as HealthCheckSpec } from '../../crds/backend.ts';
import type { Drain } from '../../crds/drain.ts';
import { durationMs } from '../../crds/duration.ts';
import { effectiveTuning } from '../../crds/effective.ts';
import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Keepalive as KeepaliveSpec, Listener } from '../../crds/listener.ts';
import { cpuMillis } from '../../crds/quantity.ts';
import type { BackendPolicy } from './backend-policy.ts';
import { bindingOf } from './binding.ts';
import type {
  BackendConfiguration,
  Configuration,
  DrainPolicy,
  ListenerConfiguration,
} from './configuration.ts';
import type { CheckKind, HealthCheck, HealthPolicy } from './health-policy.ts';
import type { Keepalive, ListenerPolicy } from './listener-policy.ts';
import type { ProcessTuning } from './tuning.ts';

/** The names of listeners and backends in the order in which they are written. */
export interface WrittenNames {
  readonly listeners: readonly { readonly name: string }[];
  readonly backends: readonly { readonly name: string }[];
}

/**
 * Converts an L4Balancer to a configuration; only this file knows both. `written` has the names in the
 * resource itself, in case `spec` omits some of them.
 */
export const configurationOf = (spec: L4BalancerSpec, written: WrittenNames = spec): Configuration => ({
  listeners: spec.listeners.map(listenerOf),
  backends: spec.backends.map(backendOf),
  accessLog: spec.accessLog,
  drain: drainOf(spec.drain),
  tuning: tuningOf(spec),
  written: {
    listeners: pathsOf('spec.listeners', written.listeners),
    backends: pathsOf('spec.backends', written.backends),
  },
});

/** Paths by name; a name that occurs twice has its first path. */
const pathsOf = (list: string, entries: readonly { readonly name: string }[]): ReadonlyMap<string, string> =>
  new Map(entries.map(({ name }, index): [string, string] => [name, `${list}[${index}]`]).reverse());

const listenerOf = (listener: Listener): ListenerConfiguration => ({
  name: listener.name,
  ...bindingOf(listener),
  backend: listener.backend,
  policy: listenerPolicy(listener),
});

const listenerPolicy = ({ timeouts: { idle, halfClosed, keepalive } }: Listener): ListenerPolicy => ({
  idleMs: durationMs(idle),
  halfClosedMs: durationMs(halfClosed),
  ...(keepalive === undefined ? {} : { keepalive: keepaliveOf(keepalive) }),
});

const keepaliveOf = ({ time, interval, probes }: KeepaliveSpec): Keepalive => ({
  timeSeconds: time === undefined ? 0 : durationMs(time) / 1000,
  intervalSeconds: interval === undefined ? 0 : durationMs(interval) / 1000,
  probes: probes ?? 0,
});

const backendOf = (backend: Backend): BackendConfiguration => ({
  name: backend.name,
  ...(backend.service === undefined ? {} : { service: backend.service }),
  endpoints: backend.endpoints ?? [],
  policy: backendPolicy(backend),
  health: healthPolicy(backend),
  panicThresholdPercent: backend.panicThresholdPercent,
  closeOnUnhealthy: backend.drain.onUnhealthy === 'Close',
});

const backendPolicy = ({ algorithm, connect, maxConnectionsPerEndpoint, drain }: Backend): BackendPolicy => ({
  algorithm,
  connectMs: durationMs(connect.timeout),
  totalConnectMs: durationMs(connect.totalTimeout),
  retries: connect.retries,
  retryBudgetPercent: connect.retryBudgetPercent,
  maxConnectionsPerEndpoint: maxConnectionsPerEndpoint ?? 0,
  closeOnRemoval: drain.onRemoval === 'Close',
});

const healthPolicy = ({ healthCheck, outlierDetection, slowStart }: Backend): HealthPolicy => ({
  check: healthCheck && checkOf(healthCheck),
  ejection: outlierDetection && {
    consecutiveFailures: outlierDetection.consecutiveFailures,
    timeMs: durationMs(outlierDetection.ejectionTime),
    maxPercent: outlierDetection.maxEjectionPercent,
  },
  slowStartMs: slowStart === undefined ? 0 : durationMs(slowStart),
});

const checkOf = (check: HealthCheckSpec): HealthCheck => ({
  kind: kindOf(check),
  port: check.port,
  intervalMs: durationMs(check.interval),
  timeoutMs: durationMs(check.timeout),
  thresholds: {
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
  },
});

const kindOf = ({ type, http, tls, grpc }: HealthCheckSpec): CheckKind => {
  switch (type) {
    case 'TCP':
      return { type };
    case 'TLS':
      return { type, serverName: tls?.serverName };
    case 'HTTP':
      return {
        type,
        path: http?.path ?? '/',
        expectedStatuses: http?.expectedStatuses ?? [200],
        host: http?.host,
        tls: http?.tls ?? false,
      };
    case 'GRPC':
      return { type, service: grpc?.service ?? '' };
    default:
      return type satisfies never;
  }
};

const drainOf = ({ delay, spread }: Drain): DrainPolicy => ({
  ...(delay === undefined ? {} : { delayMs: durationMs(delay) }),
  spread,
});

const tuningOf = (spec: L4BalancerSpec): ProcessTuning => {
  const { acceptors, logLevel, sysctls, fileDescriptors, resources } = effectiveTuning(spec);
  return {
    logLevel,
    // Not the pod's number: unless it is set explicitly, that follows from a CPU limit which this machine may
    // not have.
    ...(spec.tuning.acceptors === undefined ? {} : { acceptors: spec.tuning.acceptors }),
    ...(fileDescriptors === undefined ? {} : { fileDescriptors }),
    sysctls,
    pod: { acceptors, cpus: cpuMillis(resources.limits.cpu) / 1000 },
  };
};
