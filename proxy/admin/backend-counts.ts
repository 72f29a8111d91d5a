import type { BackendCounts } from '../../report/status.ts';
import type { Target } from '../configuration/target.ts';
import type { EndpointHealth } from '../health/monitor.ts';
import { endpointKey } from '../table/table.ts';

/** Counts the endpoints of a backend, and those that are ready to take connections. */
export const backendCounts = (
  targets: readonly Target[],
  healthOf: (endpoint: string) => EndpointHealth | undefined,
): BackendCounts => ({
  endpoints: targets.length,
  ready: targets.filter((target) => {
    const health = healthOf(endpointKey(target));
    return target.weight > 0 && health?.health !== 'Unhealthy' && health?.ejectedForMs === undefined;
  }).length,
});
