import type { Status } from '../../crds/status.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { FleetCertificate, FleetRow, FleetTraffic } from '../../report/fleet.ts';
import { type Reading, reportOf } from '../status/reading.ts';
import { problemsOf } from './problems.ts';

/** A balancer as the operator has it. */
export type Balancer = KubeObject & { readonly status?: unknown };

/** The API server has checked it against the definition. */
export const statusOf = ({ status }: Balancer): Partial<Status> => (status ?? {}) as Partial<Status>;

/** Of each balancer, in the list of all. */
const MOST_PROBLEMS = 3;
/** A certificate that is this close to its end is shown; from half of that on, proxies report it. */
const SOON_DAYS = 30;

/** The certificate that needs attention first. */
const worstCertificate = ({ certificates = [] }: Partial<Status>): FleetCertificate | undefined => {
  const [worst] = certificates
    .filter(({ daysLeft = -2, problem }) => problem !== undefined || daysLeft <= SOON_DAYS)
    .sort((a, b) => (a.daysLeft ?? -2) - (b.daysLeft ?? -2));
  return (
    worst && {
      name: worst.secret,
      ...(worst.daysLeft === undefined ? {} : { daysLeft: worst.daysLeft }),
      ...(worst.problem === undefined ? {} : { problem: worst.problem }),
    }
  );
};

/** What the replicas carry together; undefined until one was read. */
const trafficOf = (readings: readonly Reading[], nowMs: number): FleetTraffic | undefined => {
  const all = readings.flatMap((one) => reportOf(one)?.traffic ?? []);
  if (all.length === 0) return undefined;
  const rates = all.flatMap(({ rate }) => rate ?? []);
  return {
    open: all.reduce((sum, { open }) => sum + open, 0),
    rate: rates.length < all.length ? null : rates.reduce((sum, rate) => sum + rate, 0),
    ageMs: Math.max(...all.map(({ readAtMs = nowMs }) => Math.round(nowMs - readAtMs))),
    replicas: all.length,
  };
};

const wordsOf = ({ listeners = [], backends = [], addresses = [] }: Partial<Status>): string =>
  [
    ...listeners.map(({ name, port, protocol }) => `${name} :${port}/${protocol}`),
    ...backends.map(({ name }) => name),
    ...addresses.map(({ value }) => value),
  ].join(' ');

/** `2/3`, as `kubectl get` shows it: ready pods, and those that are wanted. */
const replicasOf = ({ replicaSummary = '', readyReplicas = 0, replicas = 0 }: Partial<Status>) => {
  const wanted = Number(/\/(\d+)$/.exec(replicaSummary)?.[1] ?? replicas);
  return { readyReplicas, wantedReplicas: wanted };
};

/**
 * One balancer from its status and what was read from its proxies, at `nowMs` of a clock that is never set.
 */
export const fleetRow = (balancer: Balancer, readings: readonly Reading[], nowMs: number): FleetRow => {
  const status = statusOf(balancer);
  const { name, namespace = '' } = balancer.metadata;
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  const problems = problemsOf(status);
  const traffic = trafficOf(readings, nowMs);
  const certificate = worstCertificate(status);
  return {
    namespace,
    name,
    ready: ready?.status ?? 'Unknown',
    reason: ready?.reason ?? 'NotSeen',
    message: ready?.message ?? 'No operator has acted on it yet.',
    ...(ready === undefined ? {} : { since: ready.lastTransitionTime }),
    ...replicasOf(status),
    ...(traffic === undefined ? {} : { traffic }),
    ...(status.capacity === undefined ? {} : { capacity: status.capacity.connections }),
    problems: problems.slice(0, MOST_PROBLEMS),
    problemCount: problems.length,
    ...(certificate === undefined ? {} : { certificate }),
    limiting: (status.listeners ?? []).filter(({ limiting }) => limiting === true).map((one) => one.name),
    words: wordsOf(status),
  };
};
