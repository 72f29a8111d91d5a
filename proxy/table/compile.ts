import { durationMs } from '../../crds/duration.ts';
import type { Snapshot, Target } from './snapshot.ts';
import { endpointKey, type Table, type TableEndpoint } from './table.ts';

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

/**
 * The endpoints that take new connections: weight above 0 and healthy. Where no endpoint is healthy all are used, since a
 * wrong health check must not be worse than none.
 */
const usable = (
  targets: readonly Target[],
  isHealthy: (key: string) => boolean,
): readonly TableEndpoint[] => {
  const weighted = targets.filter((target) => target.weight > 0);
  const healthy = weighted.filter((target) => isHealthy(endpointKey(target)));
  const unique = new Map(
    (healthy.length > 0 ? healthy : weighted).map((target) => [endpointKey(target), target]),
  );
  return [...unique.entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, { address, port, weight }]) => ({ address, port, weight }));
};

/** What the acceptors shall serve, given what the source found and what the health checks say. */
export const compileTable = (
  snapshot: Snapshot,
  isHealthy: (backend: string, key: string) => boolean,
): Table => ({
  listeners: snapshot.spec.listeners
    .map(({ name, port, backend, timeouts }) => ({ name, port, backend, idleMs: durationMs(timeouts.idle) }))
    .sort(byName),
  backends: snapshot.spec.backends
    .map(({ name, algorithm, connect }) => ({
      name,
      algorithm,
      connectMs: durationMs(connect.timeout),
      retries: connect.retries,
      endpoints: usable(snapshot.targets.get(name) ?? [], (key) => isHealthy(name, key)),
    }))
    .sort(byName),
});
