import { canonicalAddress } from '../../crds/canonical-address.ts';
import { addressKind } from '../../crds/ip-address.ts';
import type { ProxyFinding } from '../../report/finding.ts';
import type { Binding } from '../configuration/binding.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { Target } from '../configuration/target.ts';
import { backendPath } from '../configuration/written-paths.ts';
import { endpointKey } from './table.ts';

/**
 * The snapshot without endpoints that are listeners of this very proxy, with a finding for each backend that has some. A connection to
 * one would come back as a client, and be given to an endpoint again, until nothing is left to make connections with.
 */
export const withoutOwnListeners = (
  snapshot: Snapshot,
  isOwnAddress: (address: string) => boolean,
): Snapshot => {
  const { configuration, targets, findings } = snapshot;
  const { listeners, backends, written } = configuration;
  const kept = new Map(targets);
  const found: ProxyFinding[] = [];
  const listenerOf = ({ address, port }: Target) =>
    isOwnAddress(address)
      ? listeners.find((listener) => listener.port === port && isReached(listener, address))
      : undefined;
  for (const { name, service } of backends) {
    const all = targets.get(name) ?? [];
    const own = all.find((target) => listenerOf(target) !== undefined);
    if (own === undefined) continue;
    // A Service that has this proxy for an endpoint has its other replicas, too: they would hand each other the connection.
    kept.set(name, service === undefined ? all.filter((target) => listenerOf(target) === undefined) : []);
    const whose =
      service === undefined
        ? 'it is left out'
        : `Service "${service.name}" picks the balancer’s own pods, so none of its endpoints is used`;
    found.push({
      code: 'OwnListener',
      backend: name,
      path: backendPath(written, name),
      message: `backend "${name}" has the endpoint ${endpointKey(own)}, which is listener "${listenerOf(own)?.name}" of this proxy, and connections would go in circles: ${whose}. Name the servers instead`,
    });
  }
  return found.length === 0 ? snapshot : { ...snapshot, targets: kept, findings: [...findings, ...found] };
};

/** A listener with an address of its own hears nothing of the others; one that is unspecified stands for all. */
const isReached = ({ address }: Binding, by: string): boolean =>
  address === undefined || addressKind(address) === 'unspecified' || address === canonicalAddress(by);
