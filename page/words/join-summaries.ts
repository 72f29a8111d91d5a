import type { StatusSummary } from '../../report/status.ts';
import { groupsOf } from './group.ts';

/** What a replica says of itself. */
export interface ReplicaSummary {
  readonly pod: string;
  readonly summary: StatusSummary;
}

type Listener = StatusSummary['listeners'][number];
type Backend = StatusSummary['backends'][number];
type Certificate = NonNullable<StatusSummary['certificates']>[number];
type Tuning = StatusSummary['tuning'][number];

interface Said<T> {
  readonly pod: string;
  readonly said: T;
}

const sum = <T>(all: readonly T[], value: (one: T) => number): number =>
  all.reduce((total, one) => total + value(one), 0);

const grouped = <T>(
  replicas: readonly ReplicaSummary[],
  entries: (summary: StatusSummary) => readonly T[],
  key: (entry: T) => string,
): readonly (readonly [Said<T>, ...Said<T>[]])[] =>
  groupsOf(
    replicas.flatMap(({ pod, summary }) => entries(summary).map((said) => ({ pod, said }))),
    ({ said }) => key(said),
  );

const podsOf = (all: readonly Said<unknown>[]): string => [...new Set(all.map(({ pod }) => pod))].join(', ');

const joinListener = (all: readonly [Said<Listener>, ...Said<Listener>[]]): Listener => {
  const listeners = all.map(({ said }) => said);
  const [{ said: first }] = all;
  const limits = listeners.flatMap((one) => one.limits ?? []);
  const [limit] = limits;
  const dropped = listeners.flatMap(({ droppedDatagrams }) => droppedDatagrams ?? []);
  return {
    ...first,
    open: sum(listeners, ({ open }) => open),
    accepted: sum(listeners, ({ accepted }) => accepted),
    closed: sum(listeners, ({ closed }) => closed),
    ...(dropped.length === 0 ? {} : { droppedDatagrams: sum(dropped, (count) => count) }),
    ...(limit === undefined
      ? {}
      : {
          limits: {
            ...limit,
            limiting: limits.some(({ limiting }) => limiting),
            refused: limits.flatMap(({ refused }) => refused),
          },
        }),
    // One that a replica still serves is served.
    ...(listeners.every(({ leaving }) => leaving === true) ? { leaving: true } : { leaving: false }),
  };
};

/** Of the replica that can use fewest of its endpoints. */
const joinBackend = (all: readonly [Said<Backend>, ...Said<Backend>[]]): Backend => ({
  ...all[0].said,
  counts: {
    endpoints: Math.max(...all.map(({ said }) => said.counts.endpoints)),
    ready: Math.min(...all.map(({ said }) => said.counts.ready)),
  },
});

/** The same once; what differs by replica, once for each, with the names of the replicas. */
const joinSame = <T extends { readonly name: string }>(
  all: readonly [Said<T>, ...Said<T>[]],
): readonly T[] => {
  const same = groupsOf(all, ({ said }) => JSON.stringify(said));
  return same.map((group) =>
    same.length === 1
      ? group[0].said
      : { ...group[0].said, name: `${group[0].said.name} · ${podsOf(group)}` },
  );
};

const joinFindings = (replicas: readonly ReplicaSummary[]): StatusSummary['findings'] =>
  grouped(
    replicas,
    ({ findings }) => findings,
    ({ code, path, message }) => JSON.stringify([code, path, message]),
  ).map((all) => ({
    ...all[0].said,
    message: replicas.length === 1 ? all[0].said.message : `${all[0].said.message} — ${podsOf(all)}`,
  }));

const textOf = (values: readonly (string | undefined)[]): string =>
  [...new Set(values.map((value) => value ?? 'none yet'))].join(', ');

/** What replicas say of themselves as if one proxy did. There is at least one. */
export const joinSummaries = (replicas: readonly ReplicaSummary[]): StatusSummary => {
  const [first] = replicas;
  if (first === undefined) throw new Error('no replica');
  const all = replicas.map(({ summary }) => summary);
  const lost = replicas.find(({ summary }) => !summary.source.following);
  return {
    ...first.summary,
    version: textOf(all.map(({ version }) => version)),
    ready: all.some(({ ready }) => ready),
    source: lost?.summary.source ?? first.summary.source,
    revision: textOf(all.map(({ revision }) => revision)),
    tableVersion: Math.max(...all.map(({ tableVersion }) => tableVersion)),
    acceptors: [],
    listeners: grouped(
      replicas,
      ({ listeners }) => listeners,
      ({ name }) => name,
    ).map(joinListener),
    backends: grouped(
      replicas,
      ({ backends }) => backends,
      ({ name }) => name,
    ).map(joinBackend),
    certificates: grouped<Certificate>(
      replicas,
      ({ certificates = [] }) => certificates,
      ({ name }) => name,
    ).flatMap(joinSame),
    descriptors: {
      held: sum(all, ({ descriptors }) => descriptors.held),
      limit: sum(all, ({ descriptors }) => descriptors.limit),
      left: sum(all, ({ descriptors }) => descriptors.left),
    },
    findings: joinFindings(replicas),
    tuning: grouped<Tuning>(
      replicas,
      ({ tuning }) => tuning,
      ({ name }) => name,
    ).flatMap(joinSame),
  };
};
