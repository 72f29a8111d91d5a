import type { WholeReport } from '../../report/whole.ts';
import type { EndpointPicture, EndpointState } from './picture.ts';
import type { Pair } from './rates.ts';
import { sum } from './sum.ts';

type Endpoint = WholeReport['backends'][number]['endpoints'][number];

/** What one replica says of an endpoint, now and before. */
interface Told {
  readonly now: Endpoint;
  readonly before: Endpoint | undefined;
  readonly seconds: number;
}

const keyOf = ({ address, port }: Pick<Endpoint, 'address' | 'port'>): string => `${address} ${port}`;

const endpointsIn = (report: WholeReport | undefined, backend: string): readonly Endpoint[] =>
  report?.backends.find(({ name }) => name === backend)?.endpoints ?? [];

/** The endpoints of a backend, joined over the replicas: those that are out first, then by address. */
export const endpointsOf = (backend: string, pairs: readonly Pair[]): readonly EndpointPicture[] => {
  const told = new Map<string, Told[]>();
  for (const { now, before, seconds } of pairs) {
    const earlier = new Map(endpointsIn(before, backend).map((one) => [keyOf(one), one]));
    for (const endpoint of endpointsIn(now, backend)) {
      const key = keyOf(endpoint);
      const all = told.get(key) ?? [];
      all.push({ now: endpoint, before: earlier.get(key), seconds });
      told.set(key, all);
    }
  }
  return [...told.values()].map(joined).sort(worstFirst);
};

const isOut = ({ health, ejectedUntil }: Endpoint): boolean =>
  health === 'Unhealthy' || ejectedUntil !== undefined;

const joined = (told: readonly Told[]): EndpointPicture => {
  const all = told.map(({ now }) => now);
  const [first] = all as [Endpoint, ...Endpoint[]];
  const ejections = all.flatMap(({ ejectedUntil }) => ejectedUntil ?? []).sort();
  const rates = told.flatMap(({ now, before, seconds }) =>
    before === undefined ? [] : [Math.max(0, now.connections - before.connections) / seconds],
  );
  return {
    address: first.address,
    port: first.port,
    weight: first.weight,
    drained: all.some(({ drained }) => drained === true),
    backup: first.backup === true,
    state: stateOf(all),
    usedBy: all.filter(({ used }) => used).length,
    knownBy: all.length,
    reasons: [...new Set(all.filter(isOut).flatMap(({ reason }) => reason ?? []))],
    ejectedUntil: ejections.at(-1),
    open: sum(all.map(({ open }) => open)),
    connections: sum(all.map(({ connections }) => connections)),
    failures: sum(all.map(({ failures }) => failures)),
    newPerSecond: rates.length === 0 ? undefined : sum(rates),
  };
};

const stateOf = (all: readonly Endpoint[]): EndpointState => {
  // Who drains a server and then stops it expects its checks to fail.
  if (all.every(({ drained }) => drained === true)) return 'Drained';
  const out = all.filter(isOut).length;
  if (out === all.length) return 'Out';
  if (out > 0) return 'Mixed';
  if (all.every(({ weight }) => weight === 0)) return 'NoWeight';
  if (all.every(({ used }) => !used)) return 'Idle';
  if (all.some(({ share }) => share < 1)) return 'Warming';
  return all.some(({ health }) => health === 'Healthy') ? 'Healthy' : 'Unchecked';
};

const ORDER: Readonly<Record<EndpointState, number>> = {
  Out: 0,
  Mixed: 1,
  Drained: 2,
  NoWeight: 2,
  Warming: 3,
  Healthy: 4,
  Unchecked: 4,
  Idle: 5,
};

/** Addresses of IPv4 with leading zeros, so that 10.0.0.9 is before 10.0.0.10. */
const sortable = (address: string): string =>
  address.includes(':') ? `~${address}` : address.replace(/\d+/g, (digits) => digits.padStart(3, '0'));

const worstFirst = (a: EndpointPicture, b: EndpointPicture): number => {
  const order = ORDER[a.state] - ORDER[b.state];
  if (order !== 0) return order;
  const [left, right] = [sortable(a.address), sortable(b.address)];
  return left === right ? a.port - b.port : left < right ? -1 : 1;
};
