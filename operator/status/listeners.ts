import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import { backendsOfListener } from '../../crds/listener-backends.ts';
import type { Status } from '../../crds/status.ts';
import { type ProxyFinding, problemsOf } from './findings.ts';
import { type BackendReport, type Reading, reportOf } from './reading.ts';

type ListenerRow = NonNullable<Status['listeners']>[number];
type BackendRow = NonNullable<Status['backends']>[number];

/**
 * Each reported backend as seen by the replica that is worst off: the one with the fewest ready endpoints,
 * then with the fewest endpoints.
 */
export const worstBackends = (readings: readonly Reading[]): ReadonlyMap<string, BackendReport> => {
  const worst = new Map<string, BackendReport>();
  // A pod that does not serve yet has not found its endpoints yet.
  for (const backend of readings.flatMap((one) => (one.isReady ? (reportOf(one)?.backends ?? []) : []))) {
    const known = worst.get(backend.name);
    const isWorse =
      known === undefined ||
      backend.ready < known.ready ||
      (backend.ready === known.ready && backend.endpoints < known.endpoints);
    if (isWorse) worst.set(backend.name, backend);
  }
  return worst;
};

/** The endpoints of all backends of a listener, if each of them is known. */
const endpointsOf = (
  backends: readonly (BackendReport | undefined)[],
): Pick<ListenerRow, 'readyEndpoints' | 'endpoints'> => {
  let ready = 0;
  let all = 0;
  for (const backend of backends) {
    if (backend === undefined) return {};
    ready += backend.ready;
    all += backend.endpoints;
  }
  return { readyEndpoints: ready, endpoints: all };
};

/** The listeners of the spec, each with its endpoints as seen by the replica that is worst off, if known. */
export const listenersOf = (
  { listeners }: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly ProxyFinding[],
): readonly ListenerRow[] => {
  const worst = worstBackends(readings);
  const limiting = new Set(readings.flatMap((one) => reportOf(one)?.limiting ?? []));
  return listeners.map((listener) => {
    const { name, port, protocol, backend } = listener;
    const known = backendsOfListener(listener).map((one) => worst.get(one));
    return {
      name,
      port,
      protocol,
      ...(backend === undefined ? {} : { backend }),
      ...(limiting.has(name) ? { limiting: true } : {}),
      ...endpointsOf(known),
      problems: problemsOf(found.filter(({ listener }) => listener === name)),
    };
  });
};

/** The backends of the spec, in the same way. */
export const backendsOf = (
  { backends }: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly ProxyFinding[],
): readonly BackendRow[] => {
  const worst = worstBackends(readings);
  return backends.map(({ name }) => {
    const known = worst.get(name);
    return {
      name,
      ...(known === undefined ? {} : { endpoints: known.endpoints, ready: known.ready }),
      problems: problemsOf(
        found.filter(({ listener, backend }) => listener === undefined && backend === name),
      ),
    };
  });
};

/** The serving replicas: how many follow their resource, and findings about no single listener or backend. */
export const proxiesOf = (
  { listeners, backends }: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly ProxyFinding[],
): NonNullable<Status['proxies']> => {
  const serving = readings.filter(({ isReady }) => isReady);
  const isNamed = ({ listener, backend }: ProxyFinding): boolean =>
    listeners.some(({ name }) => name === listener) || backends.some(({ name }) => name === backend);
  return {
    of: serving.length,
    following: serving.filter((one) => one.kind === 'Read' && one.loss === undefined).length,
    problems: problemsOf(found.filter((one) => !isNamed(one))),
  };
};
