import type { EndpointSlice } from '../../kube/endpoint-slice.ts';
import { type Endpoints, endpointsOf } from '../../kube/endpoint-slices.ts';
import type { KubeService } from '../../kube/service.ts';
import type { Location } from '../../kube/topology-hints.ts';
import type { Protocol } from '../configuration/binding.ts';
import type { Configuration } from '../configuration/configuration.ts';
import { backendsOfListener } from '../configuration/listener-backends.ts';

/** The protocols in which the endpoints of a backend are reached: those of its listeners, or else TCP. */
export const protocolsOf = (
  { listeners }: Pick<Configuration, 'listeners'>,
  backendName: string,
): ReadonlySet<Protocol> => {
  const used = listeners
    .filter((listener) => backendsOfListener(listener).includes(backendName))
    .map(({ protocol }) => protocol);
  return new Set(used.length === 0 ? ['TCP'] : used);
};

export interface ServiceEndpoints {
  readonly service: KubeService | undefined;
  /** EndpointSlices of this Service only. */
  readonly slices: readonly EndpointSlice[];
  /** Its number or its name in the Service. */
  readonly port: number | string;
  readonly location: Location;
}

/**
 * The endpoints of a Service's port in these protocols. An endpoint is one address and port, whatever the
 * protocol: if both are used, the Service must forward both to the same port of its pods. If it does not, the
 * endpoints are those of TCP, or of the only one that the Service has, and the problem says what to do.
 */
export const protocolEndpoints = (
  { service, slices, port, location }: ServiceEndpoints,
  protocols: ReadonlySet<Protocol>,
): Endpoints => {
  const of = (protocol: Protocol): Endpoints => endpointsOf(service, slices, port, protocol, location);
  const [only] = protocols;
  if (protocols.size < 2) return of(only ?? 'TCP');
  const [tcp, udp] = [of('TCP'), of('UDP')];
  if (udp.code === 'PortNotFound' && tcp.code !== 'PortNotFound') return withProblemOf(tcp, udp);
  if (tcp.code === 'PortNotFound' && udp.code !== 'PortNotFound') return withProblemOf(udp, tcp);
  if (tcp.problem !== undefined || areSame(tcp, udp)) return tcp;
  return {
    ...tcp,
    code: 'PortNotFound',
    problem: `Service ${service?.metadata.name ?? ''} forwards TCP and UDP to different ports of its pods, so its endpoints are reached at those of TCP. Give the listeners of each protocol a backend of their own`,
  };
};

const withProblemOf = (found: Endpoints, { problem = '' }: Endpoints): Endpoints => ({
  ...found,
  code: 'PortNotFound',
  problem: `${problem}, or give the listeners of that protocol a backend of their own`,
});

const areSame = (one: Endpoints, other: Endpoints): boolean =>
  one.targets.length === other.targets.length &&
  // Both are sorted.
  one.targets.every(({ address, port }, i) => {
    const peer = other.targets[i];
    return peer?.address === address && peer.port === port;
  });
