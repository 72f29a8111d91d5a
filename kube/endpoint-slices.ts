import { canonicalAddress } from '../crds/canonical-address.ts';
import type { EndpointSlice, SliceEndpoint } from './endpoint-slice.ts';
import type { KubeService } from './service.ts';
import { slicePortNumber, wantedPort } from './service-port.ts';
import { near, type Place } from './topology-hints.ts';

/** Where connections to a Service go. */
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
  /** Sorted by address, then by port; each once. */
  readonly targets: readonly Target[];
  /**
   * Those of the targets that the hints of the slices mean for other places; empty where they are followed by
   * none. Sorted alike.
   */
  readonly far: readonly Target[];
  /**
   * Those that take no new connections, but are still there: not ready, or terminating. Where the Service or
   * its port is not found, every address of the slices with every port: it is not known which one it was.
   * Sorted alike.
   */
  readonly leaving: readonly Target[];
  /** Why there are none, or why those that are there are the last resort; with what to do. */
  readonly problem?: string;
  readonly code?: EndpointsProblemCode;
}

/** In which order endpoints are used: those of a later group only while the earlier ones are empty. */
const READY = 0;
const TERMINATING = 1;
const UNUSABLE = 2;

/**
 * The endpoints of one port of a Service, as kube-proxy would choose them: the ready ones; while there is
 * none, those that terminate and still serve. The order of the slices changes nothing. @param slices the
 * Service's EndpointSlices and no others. @param port its number or its name in the Service. @param place
 * where the targets are used, which hints of the slices are about.
 */
export function endpointsOf(
  service: KubeService | undefined,
  slices: readonly EndpointSlice[],
  port: number | string,
  protocol: 'TCP' | 'UDP' = 'TCP',
  place: Place = {},
): Endpoints {
  const wanted = wantedPort(service, port, protocol);
  if (wanted.kind === 'Problem') {
    const leaving = sortedOnce(slices.flatMap((slice) => everyPortOf(slice, protocol)));
    return { targets: [], far: [], leaving, problem: wanted.problem, code: wanted.code };
  }
  /** What slices hold that do not have the port, as long as a Service and its slices are not of one mind. */
  const others: Target[] = [];
  const best = new Map<string, Found>();
  for (const slice of ofOneFamily(service, slices)) {
    const number = slicePortNumber(wanted, slice.ports ?? [], protocol);
    if (number === undefined) {
      for (const target of everyPortOf(slice, protocol)) others.push(target);
      continue;
    }
    for (const endpoint of slice.endpoints ?? []) {
      const written = endpoint.addresses?.[0];
      if (written === undefined) continue;
      // Whoever writes slices by hand may spell an address in two ways.
      const target = { address: canonicalAddress(written), port: number };
      const key = keyOf(target);
      const group = groupOf(endpoint);
      // While an endpoint moves from one slice to another it is in both, perhaps not ready in one of them.
      if (group < (best.get(key)?.group ?? Number.POSITIVE_INFINITY)) {
        best.set(key, { target, group, hints: endpoint.hints });
      }
    }
  }
  const chosen = choose([...best.values()], service, place);
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

function choose(found: readonly Found[], service: KubeService | undefined, place: Place): Endpoints {
  const name = service?.metadata.name ?? '';
  // Not as the arguments of one call, which are limited.
  const group = found.reduce((least, each) => Math.min(least, each.group), Number.POSITIVE_INFINITY);
  const inGroup = group === UNUSABLE ? [] : found.filter((each) => each.group === group);
  const targets = inGroup.map((each) => each.target).sort(byAddress);
  const leaving = found
    .filter((each) => group === UNUSABLE || each.group !== group)
    .map((each) => each.target)
    .sort(byAddress);
  if (group === READY) {
    const meant = new Set(near(inGroup, place).map((each) => each.target));
    return { targets, far: targets.filter((target) => !meant.has(target)), leaving };
  }
  if (group === TERMINATING) {
    return {
      targets,
      far: [],
      leaving,
      code: 'NoneReady',
      problem: `No endpoint of Service ${name} is ready; ${targets.length} that are terminating still serve: start pods that become ready`,
    };
  }
  if (found.length > 0) {
    return {
      targets,
      far: [],
      leaving,
      code: 'NoneReady',
      problem: `None of the ${found.length} endpoints of Service ${name} is ready: see why its pods are not (kubectl describe pod)`,
    };
  }
  const why =
    service?.spec?.selector === undefined
      ? 'give it a selector or EndpointSlices of its own'
      : 'see whether pods match its selector and whether its targetPort exists in them';
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
 * A dual-stack Service lists every pod twice, once per family. One family is used, so that each pod counts
 * once: the Service's first one, or the other while the first has no endpoint at all.
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
