import { canonicalAddress } from '../crds/canonical-address.ts';
import type { EndpointSlice, SliceEndpoint } from './endpoint-slice.ts';
import type { KubeService } from './service.ts';
import { lookUpPort, slicePortNumber } from './service-port.ts';
import { type Location, near } from './topology-hints.ts';

/** A destination of connections to a Service. */
export interface Target {
  readonly address: string;
  readonly port: number;
}

export type EndpointsProblemCode =
  | 'ServiceNotFound'
  | 'ExternalName'
  | 'PortNotFound'
  | 'NoEndpoints'
  | 'NoneReady';

export interface Endpoints {
  /** Sorted by address and port, without duplicates. */
  readonly targets: readonly Target[];
  /**
   * Targets that the topology hints intend for other nodes or zones; empty if hints are not followed. Sorted
   * likewise.
   */
  readonly far: readonly Target[];
  /**
   * Endpoints that exist but take no new connections: not ready, or terminating. If the Service or its port
   * is not found, every address in the slices with every port, since the right one is unknown. Sorted
   * likewise.
   */
  readonly leaving: readonly Target[];
  /** Why there are no targets, or only targets of last resort, and what to do. */
  readonly problem?: string;
  readonly code?: EndpointsProblemCode;
}

/** Groups in order of preference: a group is used only while all earlier ones are empty. */
const READY = 0;
const TERMINATING = 1;
const UNUSABLE = 2;

/**
 * The endpoints of a port of a Service, chosen as by kube-proxy: the ready ones; if there are none, those
 * that are terminating but still serving. Independent of the order of slices. @param slices the
 * EndpointSlices of this Service only. @param port its number or its name in the Service. @param location
 * where the proxy runs, which topology hints refer to.
 */
export function endpointsOf(
  service: KubeService | undefined,
  slices: readonly EndpointSlice[],
  port: number | string,
  protocol: 'TCP' | 'UDP' = 'TCP',
  location: Location = {},
): Endpoints {
  const lookup = lookUpPort(service, port, protocol);
  if (lookup.kind === 'Problem') {
    const leaving = sortedOnce(slices.flatMap((slice) => everyPortOf(slice, protocol)));
    return { targets: [], far: [], leaving, problem: lookup.problem, code: lookup.code };
  }
  /** Endpoints in slices without the port: a Service and its slices may temporarily be inconsistent. */
  const others: Target[] = [];
  const best = new Map<string, Found>();
  for (const slice of ofOneFamily(service, slices)) {
    const number = slicePortNumber(lookup, slice.ports ?? [], protocol);
    if (number === undefined) {
      for (const target of everyPortOf(slice, protocol)) others.push(target);
      continue;
    }
    for (const endpoint of slice.endpoints ?? []) {
      const written = endpoint.addresses?.[0];
      if (written === undefined) continue;
      // Slices written by hand may contain an address in two notations.
      const target = { address: canonicalAddress(written), port: number };
      const key = keyOf(target);
      const group = groupOf(endpoint);
      // An endpoint that moves between slices is temporarily in both, perhaps as not ready in one of them.
      if (group < (best.get(key)?.group ?? Number.POSITIVE_INFINITY)) {
        best.set(key, { target, group, hints: endpoint.hints });
      }
    }
  }
  const chosen = choose([...best.values()], service, location);
  const { targets, leaving } = chosen;
  if (others.length === 0) return chosen;
  const used = new Set(targets.map(keyOf));
  const rest = others.filter((target) => !used.has(keyOf(target)));
  return { ...chosen, leaving: sortedOnce([...leaving, ...rest]) };
}

function everyPortOf({ endpoints, ports }: EndpointSlice, protocol: 'TCP' | 'UDP'): readonly Target[] {
  const numbers = (ports ?? []).flatMap(({ port, protocol: own = 'TCP' }) =>
    own === protocol && typeof port === 'number' ? [port] : [],
  );
  return (endpoints ?? []).flatMap(({ addresses: [address] = [] }) =>
    address === undefined ? [] : numbers.map((port) => ({ address: canonicalAddress(address), port })),
  );
}

function sortedOnce(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((target) => [keyOf(target), target])).values()].sort(byAddress);
}

function keyOf({ address, port }: Target): string {
  return `${address} ${port}`;
}

interface Found {
  readonly hints: SliceEndpoint['hints'] | undefined;
  readonly target: Target;
  readonly group: number;
}

function choose(found: readonly Found[], service: KubeService | undefined, location: Location): Endpoints {
  const name = service?.metadata.name ?? '';
  // Not Math.min(...): the number of arguments of a call is limited.
  const group = found.reduce((least, each) => Math.min(least, each.group), Number.POSITIVE_INFINITY);
  const inGroup = group === UNUSABLE ? [] : found.filter((each) => each.group === group);
  const targets = inGroup.map((each) => each.target).sort(byAddress);
  const leaving = found
    .filter((each) => group === UNUSABLE || each.group !== group)
    .map((each) => each.target)
    .sort(byAddress);
  if (group === READY) {
    const meant = new Set(near(inGroup, location).map((each) => each.target));
    return { targets, far: targets.filter((target) => !meant.has(target)), leaving };
  }
  if (group === TERMINATING) {
    return {
      targets,
      far: [],
      leaving,
      code: 'NoneReady',
      problem: `No endpoint of Service ${name} is ready; ${targets.length} terminating ones still serve: start pods that become ready`,
    };
  }
  if (found.length > 0) {
    return {
      targets,
      far: [],
      leaving,
      code: 'NoneReady',
      problem: `None of the ${found.length} endpoints of Service ${name} is ready: check why the pods are not ready (kubectl describe pod)`,
    };
  }
  const why =
    service?.spec?.selector === undefined
      ? 'give it a selector or EndpointSlices of its own'
      : 'check that pods match its selector and have its targetPort';
  return {
    targets,
    far: [],
    leaving,
    code: 'NoEndpoints',
    problem: `Service ${name} has no endpoints: ${why}`,
  };
}

function groupOf(endpoint: SliceEndpoint): number {
  const { ready, serving, terminating } = endpoint.conditions ?? {};
  const isReady = ready ?? true;
  if (terminating ?? false) return (serving ?? isReady) ? TERMINATING : UNUSABLE;
  return isReady ? READY : UNUSABLE;
}

/**
 * A dual-stack Service lists every pod twice, once per address family. Only one family is used, so that each
 * pod counts once: the Service's first one, or the other if the first has no endpoints at all.
 */
function ofOneFamily(
  service: KubeService | undefined,
  slices: readonly EndpointSlice[],
): readonly EndpointSlice[] {
  const addressed = slices.filter((slice) => slice.addressType === 'IPv4' || slice.addressType === 'IPv6');
  const first = service?.spec?.ipFamilies?.[0];
  const preferred = addressed.filter((slice) => slice.addressType === first);
  return preferred.some((slice) => (slice.endpoints ?? []).length > 0) ? preferred : addressed;
}

function byAddress(a: Target, b: Target): number {
  if (a.address !== b.address) return a.address < b.address ? -1 : 1;
  return a.port - b.port;
}
