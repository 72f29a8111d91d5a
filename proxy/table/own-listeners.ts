import { canonicalAddress } from '../../crds/canonical-address.ts';
import { addressKind } from '../../crds/ip-address.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Binding } from '../configuration/binding.ts';
import type { ListenerConfiguration } from '../configuration/configuration.ts';
import { backendsOfListener } from '../configuration/listener-backends.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { Target } from '../configuration/target.ts';
import { backendPath } from '../configuration/written-paths.ts';
import { endpointKey } from './table.ts';

/**
 * Returns the snapshot without endpoints that are listeners of this proxy, with a finding for each affected
 * backend. A connection to such an endpoint would come back as a client and be relayed again, until no
 * resources are left.
 */
export const withoutOwnListeners = (
  snapshot: Snapshot,
  isOwnAddress: (address: string) => boolean,
): Snapshot => {
  const { configuration, targets, findings } = snapshot;
  const { listeners, backends, written } = configuration;
  const kept = new Map(targets);
  const found: ProxyFinding[] = [];
  for (const { name, service } of backends) {
    const reachable = reachableFrom(name, listeners);
    const listenerOf = ({ address, port }: Target) =>
      isOwnAddress(address)
        ? reachable.find((listener) => listener.port === port && isReached(listener, address))
        : undefined;
    const all = targets.get(name) ?? [];
    const own = all.find((target) => listenerOf(target) !== undefined);
    if (own === undefined) continue;
    // A Service that selects this proxy also selects its other replicas, which would relay connections to
    // each other.
    kept.set(name, service === undefined ? all.filter((target) => listenerOf(target) === undefined) : []);
    const consequence =
      service === undefined
        ? 'the endpoint is not used'
        : `Service "${service.name}" selects the balancer’s own pods, so none of its endpoints is used`;
    found.push({
      code: 'OwnListener',
      backend: name,
      path: backendPath(written, name),
      message: `backend "${name}" has the endpoint ${endpointKey(own)}, which is listener "${listenerOf(own)?.name}" of this proxy, and connections would go in circles: ${consequence}. Use the addresses of the servers instead`,
    });
  }
  return found.length === 0 ? snapshot : { ...snapshot, targets: kept, findings: [...findings, ...found] };
};

/**
 * The listeners of the protocols in which the endpoints of a backend are reached; all, as long as no listener
 * uses it. Each protocol has its own ports, so that no other listener can be one of its endpoints.
 */
const reachableFrom = (
  backendName: string,
  listeners: readonly ListenerConfiguration[],
): readonly ListenerConfiguration[] => {
  const users = listeners.filter((listener) => backendsOfListener(listener).includes(backendName));
  return users.length === 0
    ? listeners
    : listeners.filter(({ protocol }) => users.some((user) => user.protocol === protocol));
};

/** A listener with its own address accepts no connections to others; an unspecified address means all. */
const isReached = ({ address }: Binding, by: string): boolean =>
  address === undefined || addressKind(address) === 'unspecified' || address === canonicalAddress(by);
