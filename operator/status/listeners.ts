import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Status } from '../../crds/status.ts';
import { problemsOf, type Said } from './findings.ts';
import { type BackendReport, type Reading, reportOf } from './reading.ts';

type ListenerRow = NonNullable<Status['listeners']>[number];
type BackendRow = NonNullable<Status['backends']>[number];

/** Each backend as the worst of the replicas has it: the fewest that are ready, then the fewest at all. None of those that nobody has told of. */
export const worstBackends = (readings: readonly Reading[]): ReadonlyMap<string, BackendReport> => {
  const worst = new Map<string, BackendReport>();
  // A pod that does not serve yet knows nothing yet.
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

/** The listeners of the spec, each with the endpoints that it has by the worst of the proxies, where one has told. */
export const listenersOf = (
  { listeners }: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly Said[],
): readonly ListenerRow[] => {
  const worst = worstBackends(readings);
  return listeners.map(({ name, port, protocol, backend }) => {
    const known = worst.get(backend);
    return {
      name,
      port,
      protocol,
      backend,
      ...(known === undefined ? {} : { readyEndpoints: known.ready, endpoints: known.endpoints }),
      problems: problemsOf(found.filter(({ listener }) => listener === name)),
    };
  });
};

/** The backends of the spec in the same way. */
export const backendsOf = (
  { backends }: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly Said[],
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

/** The replicas that serve: how many see what they serve, and what they find beside listeners and backends. */
export const proxiesOf = (
  { listeners, backends }: L4BalancerSpec,
  readings: readonly Reading[],
  found: readonly Said[],
): NonNullable<Status['proxies']> => {
  const serving = readings.filter(({ isReady }) => isReady);
  const isNamed = ({ listener, backend }: Said): boolean =>
    listeners.some(({ name }) => name === listener) || backends.some(({ name }) => name === backend);
  return {
    of: serving.length,
    following: serving.filter((one) => one.kind === 'Read' && one.loss === undefined).length,
    problems: problemsOf(found.filter((one) => !isNamed(one))),
  };
};
