import { backendsOfListener } from '../../crds/listener-backends.ts';
import type { Balancer } from '../cluster/balancers.ts';
import type { ListenerPicture } from './picture.ts';
import { type Pair, rateOf } from './rates.ts';
import { addReasons, sum } from './sum.ts';

/** The listeners of the spec, and then those that are not in it any more but have connections. */
export const listenersOf = (
  { spec, status }: Balancer,
  pairs: readonly Pair[],
): readonly ListenerPicture[] => {
  const specified = spec?.listeners ?? [];
  const named = new Set(specified.map(({ name }) => name));
  const left = new Map(
    pairs.flatMap(({ now }) =>
      now.listeners
        .filter(({ name }) => !named.has(name))
        .map((listener) => [listener.name, listener] as const),
    ),
  );
  return [
    ...specified.map(({ name, port, protocol, ...rest }) =>
      joined({ name, port, protocol, backends: backendsOfListener(rest) }, false, status, pairs),
    ),
    ...[...left.values()].map(({ name, port, protocol = 'TCP', backend, routedTo = [] }) => {
      const backends = [...(backend === undefined ? [] : [backend]), ...routedTo];
      return joined({ name, port, protocol, backends }, true, undefined, pairs);
    }),
  ];
};

type Named = Pick<ListenerPicture, 'name' | 'port' | 'protocol' | 'backends'>;

const joined = (
  { name, port, protocol, backends }: Named,
  leaving: boolean,
  status: Balancer['status'],
  pairs: readonly Pair[],
): ListenerPicture => {
  const reports = pairs.flatMap(({ now }) => now.listeners.filter((one) => one.name === name));
  const written = status?.listeners?.find((one) => one.name === name);
  const counted = pairs.flatMap(({ now }) => {
    const all = now.backends.flatMap(({ name: one, counts }) =>
      backends.includes(one) && counts !== undefined ? [counts] : [],
    );
    const total = (of: 'ready' | 'endpoints') => sum(all.map((counts) => counts[of]));
    return all.length === 0 ? [] : [{ ready: total('ready'), endpoints: total('endpoints') }];
  });
  const worst = counted.reduce<(typeof counted)[number] | undefined>(
    (least, one) => (least === undefined || one.ready < least.ready ? one : least),
    undefined,
  );
  return {
    name,
    port,
    protocol,
    backends,
    usable: worst?.ready ?? written?.readyEndpoints,
    endpoints: worst?.endpoints ?? written?.endpoints,
    open: sum(reports.map(({ open }) => open)),
    accepted: sum(reports.map(({ accepted }) => accepted)),
    newPerSecond: rateOf(pairs, (report) => report.listeners.find((one) => one.name === name)?.accepted),
    limiting: written?.limiting === true || reports.some(({ limits }) => limits?.limiting === true),
    refused: addReasons(reports.map(({ limits }) => limits?.refused ?? [])),
    wouldRefuse: addReasons(reports.map(({ limits }) => limits?.wouldRefuse ?? [])),
    leaving,
    problems: (written?.problems ?? []).map(({ reason, message }) => `${reason}: ${message}`),
  };
};
