import type { Clock } from '../../kube/clock.ts';
import { eventText } from '../../program/event-audience.ts';
import { type Answer, jsonPage, textPage } from '../../program/page-server.ts';
import type { FleetBalancer, FleetHead, FleetOverview } from '../../report/fleet.ts';
import type { Reading } from '../status/reading.ts';
import type { Collections } from '../watch/cluster-cache.ts';
import { askEndpoints } from './ask-endpoints.ts';
import { Audiences } from './audiences.ts';
import { headOf, type OperatorState } from './head.ts';
import { problemsOf } from './problems.ts';
import { type Replica, replicasOf } from './replicas.ts';
import { type Balancer, fleetRow, statusOf } from './rows.ts';
import type { Admission, Scope } from './scope.ts';
import { type WatchedBalancer, watchBalancer } from './watched-balancer.ts';

/** What the page of all balancers is made from: nothing is asked of the API server for it. */
export interface FleetSources {
  readonly collections: Pick<Collections, 'L4Balancer' | 'Deployment' | 'DaemonSet' | 'ReplicaSet' | 'Pod'>;
  /** What was last read from the proxies of a resource. */
  readonly readings: (key: string) => readonly Reading[];
  /** Called when somebody begins to look at all balancers, and nobody did before. */
  readonly onWatched: () => void;
  readonly state: () => OperatorState;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Asks again whether who looks may still do so. */
export type Readmit = () => Promise<Admission>;

export interface Fleet {
  /** Whether somebody looks at all balancers. */
  isWatched(): boolean;
  events(query: URLSearchParams, scope: Scope, readmit?: Readmit): Answer;
  endpoints(query: URLSearchParams, scope: Scope): Promise<Answer>;
  /** The namespaces that have balancers. */
  namespaces(): readonly string[];
  close(): void;
}

/** Each holds a descriptor, and what it has not read yet. */
const MOST_PAGES = 16;
/** Figures of all balancers are as old as the last reading, so that they need not be sent more often. */
const EVERY_MS = 5_000;
const READMIT_MS = 60_000;
const OVERVIEW = 'all ';

/** What is answered to a question about one balancer that is out of scope; undefined if it is not. */
const refusalOf = (key: string, scope: Scope): Answer | undefined =>
  scope.includes(key.split('/', 1)[0] ?? '')
    ? undefined
    : textPage(403, `You may not get L4Balancers in the namespace of ${key.slice(0, 320)}.`);

/** Serves those who look at all balancers, or at one; while nobody looks, it does nothing. */
export const createFleet = (sources: FleetSources): Fleet => {
  const { collections, readings, state, clock, wallMs, random } = sources;
  const audiences = new Audiences(MOST_PAGES);
  const watched = new Map<string, WatchedBalancer>();
  const scopes = new Map<string, Scope>();
  let ticking: AbortController | undefined;

  const headFor = (scope: Scope): FleetHead => headOf(state(), scope, wallMs());
  const rowOf = (balancer: Balancer) =>
    fleetRow(balancer, readings(`${balancer.metadata.namespace}/${balancer.metadata.name}`), clock.now());
  const replicasFor = (key: string): readonly Replica[] => {
    const balancer = collections.L4Balancer.get(key);
    return balancer === undefined ? [] : replicasOf(collections, balancer);
  };

  const overview = (scope: Scope): string =>
    eventText('fleet', {
      head: headFor(scope),
      balancers: [...collections.L4Balancer.values()]
        .filter(({ metadata: { namespace = '' } }) => scope.includes(namespace))
        .map(rowOf),
    } satisfies FleetOverview);

  const balancer = (key: string, scope: Scope): string => {
    const found = collections.L4Balancer.get(key);
    const status = found === undefined ? {} : statusOf(found);
    return eventText('balancer', {
      head: headFor(scope),
      ...(found === undefined ? {} : { row: rowOf(found) }),
      problems: problemsOf(status),
      generation: found?.metadata.generation ?? 0,
      revision: status.renderRevision ?? '',
      addresses: (status.addresses ?? []).map(({ value }) => value),
      replicas: watched.get(key)?.replicas() ?? [],
      moreReplicas: watched.get(key)?.more() ?? 0,
    } satisfies FleetBalancer);
  };

  const textFor = (group: string): string => {
    const scope = scopes.get(group);
    if (scope === undefined) return '';
    if (group.startsWith(OVERVIEW)) return overview(scope);
    const [key = ''] = group.split(' ');
    return balancer(key, scope);
  };

  const tick = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep(EVERY_MS, signal);
      if (signal.aborted) return;
      for (const [key, one] of watched) one.update(replicasFor(key));
      for (const group of audiences.names()) audiences.send(group, textFor(group));
    }
  };

  const isWatched = (): boolean => audiences.names().some((group) => group.startsWith(OVERVIEW));

  const startTicking = (): void => {
    if (ticking !== undefined) return;
    ticking = new AbortController();
    void tick(ticking.signal);
  };

  const watch = (key: string): WatchedBalancer => {
    const known = watched.get(key);
    if (known !== undefined) {
      known.renew();
      return known;
    }
    const groups = () => audiences.names().filter((group) => group.startsWith(`${key} `));
    const begun = watchBalancer({
      clock,
      random,
      send: (event) => {
        for (const group of groups()) audiences.send(group, event);
      },
      onChange: () => {
        for (const group of groups()) audiences.send(group, textFor(group));
      },
    });
    watched.set(key, begun);
    begun.update(replicasFor(key));
    return begun;
  };

  const onEmpty = (group: string): void => {
    scopes.delete(group);
    for (const [key, one] of watched) {
      if (audiences.names().some((other) => other.startsWith(`${key} `))) continue;
      one.stop();
      watched.delete(key);
    }
    if (audiences.size > 0) return;
    ticking?.abort();
    ticking = undefined;
  };

  /** Ends the page when who looks may not do so any more, or may see something else. */
  const guard = async (
    listener: { end(text: string): unknown },
    scope: Scope,
    readmit: Readmit,
    signal: AbortSignal,
  ): Promise<void> => {
    for (;;) {
      await clock.sleep(READMIT_MS, signal);
      if (signal.aborted) return;
      const again = await readmit();
      if (again.kind === 'Admitted' && again.scope.key === scope.key) continue;
      // While the API server does not answer, whoever was admitted stays.
      if (again.kind === 'Refused' && again.status === 503) continue;
      listener.end(eventText('end', { why: again.kind === 'Refused' ? again.why : '' }));
      return;
    }
  };

  return {
    isWatched,
    namespaces: () => [
      ...new Set([...collections.L4Balancer.values()].map(({ metadata }) => metadata.namespace ?? '')),
    ],
    events(query, scope, readmit) {
      const problem = audiences.whyFull();
      if (problem !== undefined) return textPage(503, problem);
      const key = query.get('balancer');
      const refusal = key === null ? undefined : refusalOf(key, scope);
      if (refusal !== undefined) return refusal;
      // Names of objects have no spaces.
      const group = key === null ? `${OVERVIEW}${scope.key}` : `${key.replaceAll(' ', '')} ${scope.key}`;
      return {
        begin(response) {
          if (key === null && !isWatched()) sources.onWatched();
          scopes.set(group, scope);
          startTicking();
          const left = new AbortController();
          response.once('close', () => left.abort());
          audiences.add(group, response, ': hello\n\n', () => onEmpty(group));
          if (key !== null) watch(group.split(' ', 1)[0] ?? '');
          response.write(textFor(group));
          if (readmit !== undefined) void guard(response, scope, readmit, left.signal);
        },
      };
    },
    async endpoints(query, scope) {
      const key = query.get('balancer') ?? '';
      const refusal = refusalOf(key, scope);
      if (refusal !== undefined) return refusal;
      const pod = query.get('replica');
      const shown = new Set(
        watched
          .get(key)
          ?.replicas()
          .map((one) => one.pod),
      );
      const replicas = replicasFor(key).filter((one) =>
        pod === null ? shown.has(one.pod) : one.pod === pod,
      );
      return jsonPage(await askEndpoints(replicas, query));
    },
    close: () => audiences.close(eventText('bye', {})),
  };
};
