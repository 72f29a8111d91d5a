import type { BackendConfiguration } from '../configuration/configuration.ts';
import type { Snapshot } from '../configuration/snapshot.ts';
import type { Target } from '../configuration/target.ts';
import { HASHES_SOURCE } from './algorithms.ts';
import type { EndpointView } from './endpoint-view.ts';
import { chooseServing } from './serving.ts';
import { startingWeights } from './starting-weights.ts';
import { endpointKey, type Table, type TableBackend, type TableEndpoint } from './table.ts';

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

type EndpointLists = Pick<TableBackend, 'endpoints' | 'inactive' | 'closing' | 'panic' | 'backups'>;

const bare = ({ address, port, weight }: TableEndpoint): TableEndpoint => ({ address, port, weight });

/** Splits targets into those that take new connections, with their current weights, and the rest. */
const splitTargets = (
  { name, policy, panicThresholdPercent, closeOnUnhealthy }: BackendConfiguration,
  targets: readonly Target[],
  leaving: readonly Pick<Target, 'address' | 'port'>[],
  view: EndpointView,
): EndpointLists => {
  const all = [...leaving.map((one) => ({ ...one, weight: 0, backup: false })), ...targets];
  const known = [...new Map(all.map((target) => [endpointKey(target), target])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, target]) => ({
      ...target,
      key,
      healthy: view.isHealthy(name, key),
      // The hash of a client depends on the weights: if they were scaled, clients would move at each step of
      // a slow start, and to different endpoints in each replica, since replicas have different clocks.
      share: HASHES_SOURCE.has(policy.algorithm) ? 1 : view.share(name, key),
    }));
  const { serving, panic, backups } = chooseServing(known, panicThresholdPercent);
  const used = new Set(serving);
  const endpoints = known.filter((one) => used.has(one));
  // In a panic, unhealthy endpoints have their full weight, and one that is healthy again must not have less.
  const weights = startingWeights(
    endpoints.map(({ weight, share }) => ({ weight, share: panic ? 1 : share })),
  );
  const inactive = known.filter((one) => !used.has(one));
  const closing = closeOnUnhealthy ? inactive.filter(({ healthy }) => !healthy) : [];
  return {
    panic,
    backups,
    endpoints: endpoints.map(({ address, port }, index) => ({
      address,
      port,
      weight: weights[index] as number,
    })),
    inactive: inactive.map(bare),
    ...(closing.length === 0 ? {} : { closing: closing.map(bare) }),
  };
};

/** Compiles the table for the acceptors from the snapshot of the source and the state of the endpoints. */
export const compileTable = ({ configuration, targets, leaving }: Snapshot, view: EndpointView): Table => ({
  accessLog: configuration.accessLog,
  listeners: [...configuration.listeners].sort(byName),
  backends: configuration.backends
    .map((backend) => ({
      name: backend.name,
      policy: backend.policy,
      ...(backend.credentials === undefined ? {} : { credentials: backend.credentials }),
      ...splitTargets(backend, targets.get(backend.name) ?? [], leaving?.get(backend.name) ?? [], view),
    }))
    .sort(byName),
});
