import type { Backend } from '../../crds/backend.ts';
import { durationMs } from '../../crds/duration.ts';
import type { Keepalive, Listener } from '../../crds/listener.ts';
import type { BackendPolicy } from '../configuration/backend-policy.ts';
import { bindingOf } from '../configuration/binding.ts';
import type { Keepalive as ListenerKeepalive, ListenerPolicy } from '../configuration/listener-policy.ts';
import type { Snapshot, Target } from '../configuration/snapshot.ts';
import type { EndpointView } from './endpoint-view.ts';
import { HASHES_SOURCE } from './pick.ts';
import { chooseServing } from './serving.ts';
import { startingWeights } from './slow-start.ts';
import { endpointKey, type Table, type TableBackend, type TableEndpoint } from './table.ts';

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

type Sides = Pick<TableBackend, 'endpoints' | 'resting' | 'closing' | 'panic' | 'backups'>;

const bare = ({ address, port, weight }: TableEndpoint): TableEndpoint => ({ address, port, weight });

/** Parts targets into those that take new connections, with the weights that they have now, and the rest. */
const part = (
  { name, algorithm, panicThresholdPercent, drain }: Backend,
  targets: readonly Target[],
  leaving: readonly Pick<Target, 'address' | 'port'>[],
  view: EndpointView,
): Sides => {
  const all = [...leaving.map((one) => ({ ...one, weight: 0, backup: false })), ...targets];
  const known = [...new Map(all.map((target) => [endpointKey(target), target])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, target]) => ({
      ...target,
      key,
      healthy: view.isHealthy(name, key),
      // By its weight a client's endpoint is found: were it scaled, clients would move with each step, and each replica has its own clock.
      share: HASHES_SOURCE.has(algorithm) ? 1 : view.share(name, key),
    }));
  const { serving, panic, backups } = chooseServing(known, panicThresholdPercent);
  const used = new Set(serving);
  const endpoints = known.filter((one) => used.has(one));
  // In a panic those known to be bad have all of theirs, and one that came back must not have less than they.
  const weights = startingWeights(
    endpoints.map(({ weight, share }) => ({ weight, share: panic ? 1 : share })),
  );
  const resting = known.filter((one) => !used.has(one));
  const closing = drain.onUnhealthy === 'Close' ? resting.filter(({ healthy }) => !healthy) : [];
  return {
    panic,
    backups,
    endpoints: endpoints.map(({ address, port }, index) => ({
      address,
      port,
      weight: weights[index] as number,
    })),
    resting: resting.map(bare),
    ...(closing.length === 0 ? {} : { closing: closing.map(bare) }),
  };
};

const keepaliveOf = ({ time, interval, probes }: Keepalive): ListenerKeepalive => ({
  timeSeconds: time === undefined ? 0 : durationMs(time) / 1000,
  intervalSeconds: interval === undefined ? 0 : durationMs(interval) / 1000,
  probes: probes ?? 0,
});

const listenerPolicy = ({ timeouts }: Listener): ListenerPolicy => ({
  idleMs: durationMs(timeouts.idle),
  halfClosedMs: durationMs(timeouts.halfClosed),
  ...(timeouts.keepalive === undefined ? {} : { keepalive: keepaliveOf(timeouts.keepalive) }),
});

const backendPolicy = ({ algorithm, connect, maxConnectionsPerEndpoint, drain }: Backend): BackendPolicy => ({
  algorithm,
  connectMs: durationMs(connect.timeout),
  totalConnectMs: durationMs(connect.totalTimeout),
  retries: connect.retries,
  retryBudgetPercent: connect.retryBudgetPercent,
  maxConnectionsPerEndpoint: maxConnectionsPerEndpoint ?? 0,
  closeOnRemoval: drain.onRemoval === 'Close',
});

/** What the acceptors shall serve, given what the source found and what is known of the endpoints. */
export const compileTable = (snapshot: Snapshot, view: EndpointView): Table => ({
  accessLog: snapshot.spec.accessLog,
  listeners: snapshot.spec.listeners
    .map((listener) => ({
      name: listener.name,
      ...bindingOf(listener),
      backend: listener.backend,
      policy: listenerPolicy(listener),
    }))
    .sort(byName),
  backends: snapshot.spec.backends
    .map((backend) => ({
      name: backend.name,
      policy: backendPolicy(backend),
      ...part(
        backend,
        snapshot.targets.get(backend.name) ?? [],
        snapshot.leaving?.get(backend.name) ?? [],
        view,
      ),
    }))
    .sort(byName),
});
