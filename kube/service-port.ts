import type { SlicePort } from './endpoint-slice.ts';
import type { KubeService, ServicePort } from './service.ts';

/** How to find the port in each slice. */
export type PortLookup =
  | { readonly kind: 'Named'; readonly name: string; readonly isOnlyPort: boolean }
  | { readonly kind: 'Number'; readonly number: number }
  | {
      readonly kind: 'Problem';
      readonly code: 'ServiceNotFound' | 'ExternalName' | 'PortNotFound';
      readonly problem: string;
    };

/** Finds a port of a Service by its number or name. */
export function lookUpPort(
  service: KubeService | undefined,
  port: number | string,
  protocol: 'TCP' | 'UDP',
): PortLookup {
  if (service === undefined) {
    return {
      kind: 'Problem',
      code: 'ServiceNotFound',
      problem: 'The Service does not exist: create it in this namespace, or correct the name in the backend',
    };
  }
  const name = service.metadata.name;
  if (service.spec?.type === 'ExternalName') {
    return {
      kind: 'Problem',
      code: 'ExternalName',
      problem: `Service ${name} is of type ExternalName, which has no endpoints: list its addresses in the backend instead`,
    };
  }
  const ports = service.spec?.ports ?? [];
  // A headless Service may have no ports at all: then its endpoints are only addresses, and the number is
  // that of the pods.
  if (ports.length === 0 && service.spec?.clusterIP === 'None' && typeof port === 'number') {
    return { kind: 'Number', number: port };
  }
  const offered = ports.filter((each) => (each.protocol ?? 'TCP') === protocol);
  const found = offered.find((each) => (typeof port === 'number' ? each.port === port : each.name === port));
  if (found === undefined) return missing(name, ports, port, protocol);
  return { kind: 'Named', name: found.name ?? '', isOnlyPort: ports.length === 1 };
}

/** The number of the port in a slice; undefined if the slice does not have it. */
export function slicePortNumber(
  lookup: Exclude<PortLookup, { kind: 'Problem' }>,
  ports: readonly SlicePort[],
  protocol: 'TCP' | 'UDP',
): number | undefined {
  if (lookup.kind === 'Number') return lookup.number;
  const offered = ports.filter((each) => (each.protocol ?? 'TCP') === protocol);
  const found = offered.find((each) => (each.name ?? '') === lookup.name);
  if (found !== undefined) return found.port ?? undefined;
  // Slices written by hand often omit the name of the only port; so do all slices while a port is being
  // named.
  const only = lookup.isOnlyPort && ports.length === 1 ? offered[0] : undefined;
  return only !== undefined && (only.name ?? '') === '' ? (only.port ?? undefined) : undefined;
}

function missing(
  name: string,
  ports: readonly ServicePort[],
  port: number | string,
  protocol: 'TCP' | 'UDP',
): PortLookup {
  const has = ports.map((each) => {
    const called = each.name ? `${each.name} (${each.port})` : String(each.port);
    return each.protocol !== undefined && each.protocol !== 'TCP' ? `${called} ${each.protocol}` : called;
  });
  const requested = typeof port === 'number' ? `port ${port}` : `port named "${port}"`;
  return {
    kind: 'Problem',
    code: 'PortNotFound',
    problem:
      `Service ${name} has no ${protocol} ${requested}; it has ${has.join(', ') || 'none'}: ` +
      'correct the port in the backend or add it to the Service',
  };
}
