import type { Protocol } from './binding.ts';
import type { BackendConfiguration, Configuration } from './configuration.ts';
import type { ListenerPolicy } from './listener-policy.ts';

/**
 * What applies to everything that a source does not determine. The same as the defaults of an L4Balancer, but
 * without its schema, and without the sysctls of its profile; the test compares them.
 */
export const DEFAULTS: Pick<Configuration, 'accessLog' | 'drain' | 'tuning'> = {
  accessLog: { mode: 'Off', sampleOneIn: 100 },
  drain: { spread: true },
  tuning: { logLevel: 'info', sysctls: [] },
};

/** A client of UDP does not say when it has finished, and none ever ends one side of its session alone. */
export const DEFAULT_LISTENER_POLICY: Readonly<Record<Protocol, ListenerPolicy>> = {
  TCP: { idleMs: 3_600_000, halfClosedMs: 300_000 },
  UDP: { idleMs: 60_000, halfClosedMs: 300_000 },
};

/** A backend apart from its name and its endpoints. */
export const DEFAULT_BACKEND: Omit<BackendConfiguration, 'name' | 'service' | 'endpoints'> = {
  policy: {
    algorithm: 'RoundRobin',
    connectMs: 5_000,
    totalConnectMs: 15_000,
    retries: 2,
    retryBudgetPercent: 100,
    maxConnectionsPerEndpoint: 0,
    closeOnRemoval: false,
  },
  health: { check: undefined, ejection: undefined, slowStartMs: 0 },
  drained: [],
  panicThresholdPercent: 0,
  closeOnUnhealthy: false,
};
