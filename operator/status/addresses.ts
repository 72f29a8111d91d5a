import { isIP } from 'node:net';
import type { Status } from '../../crds/status.ts';
import type { Service } from '../objects/service.ts';

type Addresses = NonNullable<Status['addresses']>;

/**
 * The addresses at which clients reach the Services, sorted: those of their load balancers, or their cluster
 * IPs.
 */
export const addresses = (...services: readonly (Service | undefined)[]): Addresses => {
  const ingress = services.flatMap((service) => service?.status?.loadBalancer?.ingress ?? []);
  const external = ingress.flatMap(({ ip, hostname }) =>
    [ip, hostname].filter((value): value is string => value !== undefined),
  );
  const internal = services
    .flatMap((service) => [service?.spec?.clusterIP, ...(service?.spec?.clusterIPs ?? [])])
    .filter((value): value is string => value !== undefined && value !== '' && value !== 'None');
  const values = external.length > 0 ? external : internal;
  return [...new Set(values)]
    .map((value) => ({ type: isIP(value) === 0 ? ('Hostname' as const) : ('IPAddress' as const), value }))
    .sort((a, b) => (a.value < b.value ? -1 : 1));
};
