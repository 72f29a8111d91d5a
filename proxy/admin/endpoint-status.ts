import type { EndpointStatus } from '../../report/status.ts';
import type { Target } from '../configuration/target.ts';
import { endpointKey } from '../table/table.ts';
import type { StatusFacts } from './status.ts';

/**
 * Returns what tells the status of an endpoint. To prepare it takes time in proportion to the number of
 * endpoints, and each one is then quick.
 */
export const endpointReader = ({
  control,
  stats,
  healthOf,
  shareOf,
  nowMs,
  sourcePortsLeft,
}: StatusFacts): ((backend: string, target: Target) => EndpointStatus) => {
  const counted = new Map(stats.endpoints.map((one) => [`${one.backend} ${endpointKey(one)}`, one]));
  const used = new Set(
    control.served?.table.backends.flatMap(({ name, endpoints }) =>
      endpoints.map((endpoint) => `${name} ${endpointKey(endpoint)}`),
    ),
  );
  return (backend, target) => {
    const endpoint = endpointKey(target);
    const key = `${backend} ${endpoint}`;
    const totals = counted.get(key);
    const health = healthOf(backend, endpoint);
    return {
      address: target.address,
      port: target.port,
      weight: target.weight,
      ...(target.backup ? { backup: true as const } : {}),
      ...(target.drained ? { drained: true as const } : {}),
      health: health?.health ?? 'Unknown',
      ...(health === undefined || health.reason === '' ? {} : { reason: health.reason }),
      ...(health?.ejectedForMs === undefined
        ? {}
        : { ejectedUntil: roundedToSecond(nowMs + health.ejectedForMs) }),
      ...(health === undefined ? {} : { since: roundedToSecond(nowMs - health.forMs) }),
      share: shareOf(backend, endpoint),
      used: used.has(key),
      open: totals?.openConnections ?? 0,
      connections: totals?.connectionsTotal ?? 0,
      failures: totals?.connectFailuresTotal ?? 0,
      ...(totals === undefined ? {} : { sourcePortsLeft: sourcePortsLeft(stats, totals) }),
    };
  };
};

const roundedToSecond = (ms: number): string =>
  new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');
