import { durationMs } from '../../crds/duration.ts';
import type { EndpointView } from './endpoint-view.ts';
import type { Snapshot, Target } from './snapshot.ts';
import { endpointKey, type Table, type TableBackend } from './table.ts';

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

type Sides = Pick<TableBackend, 'endpoints' | 'resting' | 'panic'>;

/**
 * Parts targets into those that take new connections (weight above 0 and healthy) and the rest. Where no endpoint is
 * healthy all are used, since a wrong health check must not be worse than none.
 */
const part = (targets: readonly Target[], isHealthy: (key: string) => boolean): Sides => {
  const known = [...new Map(targets.map((target) => [endpointKey(target), target])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, { address, port, weight }]) => ({ key, endpoint: { address, port, weight } }));
  const healthy = known.filter(({ key, endpoint }) => endpoint.weight > 0 && isHealthy(key));
  const used = new Set(healthy.length > 0 ? healthy : known.filter(({ endpoint }) => endpoint.weight > 0));
  return {
    panic: healthy.length === 0,
    endpoints: [...used].map(({ endpoint }) => endpoint),
    resting: known.filter((one) => !used.has(one)).map(({ endpoint }) => endpoint),
  };
};

/** What the acceptors shall serve, given what the source found and what is known of the endpoints. */
export const compileTable = (snapshot: Snapshot, view: EndpointView): Table => ({
  accessLog: snapshot.spec.accessLog,
  listeners: snapshot.spec.listeners
    .map(({ name, port, backend, timeouts }) => ({ name, port, backend, idleMs: durationMs(timeouts.idle) }))
    .sort(byName),
  backends: snapshot.spec.backends
    .map(({ name, algorithm, connect, drain, maxConnectionsPerEndpoint }) => ({
      name,
      algorithm,
      connectMs: durationMs(connect.timeout),
      totalConnectMs: durationMs(connect.totalTimeout),
      retries: connect.retries,
      retryBudgetPercent: connect.retryBudgetPercent,
      maxConnectionsPerEndpoint: maxConnectionsPerEndpoint ?? 0,
      closeOnRemoval: drain.onRemoval === 'Close',
      ...part(snapshot.targets.get(name) ?? [], (key) => view.isHealthy(name, key)),
    }))
    .sort(byName),
});
