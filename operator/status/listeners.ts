import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Status } from '../../crds/status.ts';
import type { BackendReport, Reading } from './reading.ts';

type Row = NonNullable<Status['listeners']>[number];

/** Each backend as the worst of the proxies has it: the fewest that are ready, then the fewest at all. None of those that no proxy has told of. */
export const worstBackends = (readings: readonly Reading[]): ReadonlyMap<string, BackendReport> => {
  const worst = new Map<string, BackendReport>();
  for (const backend of readings.flatMap((one) => (one.kind === 'Read' ? one.backends : []))) {
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
export const listenersOf = ({ listeners }: L4BalancerSpec, readings: readonly Reading[]): readonly Row[] => {
  const worst = worstBackends(readings);
  return listeners.map(({ name, port, protocol, backend }) => {
    const known = worst.get(backend);
    return {
      name,
      port,
      protocol,
      backend,
      ...(known === undefined ? {} : { readyEndpoints: known.ready, endpoints: known.endpoints }),
    };
  });
};
