import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { LimitShares } from '../../crds/limit-shares.ts';
import type { Rate } from '../../crds/limits.ts';
import { RATE_PARTS, type SharedLimit } from '../../crds/shared-limit.ts';
import type { Pod } from '../objects/pod.ts';
import { isReady } from '../objects/pods.ts';
import { type Reading, reportOf, shareIn } from '../status/reading.ts';
import { planShares } from './plan-shares.ts';
import type { Replica } from './share.ts';

export interface LimitsInput {
  /** Undefined if it cannot be parsed: nothing changes then. */
  readonly spec: L4BalancerSpec | undefined;
  readonly generation: number;
  /** What was recorded last. */
  readonly before: readonly LimitShares[];
  /** The pods of the resource, of every revision. */
  readonly pods: readonly Pod[];
  /** Names of replicas that have shares and no pod in `pods`, and yet may be running. */
  readonly missing: readonly string[];
  readonly readings: readonly Reading[];
}

/** Generations lie this far apart in versions, so that those of a limit that comes back are new. */
const VERSIONS_PER_GENERATION = 1_000_000;

/** Shares out every limit with scope Cluster. Undefined if there is none. */
export const planLimits = (input: LimitsInput): readonly LimitShares[] | undefined => {
  const { spec, before } = input;
  const planned =
    spec === undefined
      ? before
      : spec.listeners.flatMap(({ name, limits }) =>
          sharedOut(limits).map(([limit, most, least]) => planLimit(input, name, limit, most, least)),
        );
  return planned.length === 0 ? undefined : planned;
};

/** The limits that are for all replicas together, each with how much that is, and the least of use. */
const sharedOut = (
  limits: L4BalancerSpec['listeners'][number]['limits'],
): readonly (readonly [SharedLimit, number, number])[] => {
  if (limits?.scope !== 'Cluster') return [];
  const { connections, connectionRate } = limits;
  return [
    ...(connections === undefined ? [] : ([['connections', connections, 0]] as const)),
    ...(connectionRate === undefined
      ? []
      : ([['connectionRate', connectionRate.perSecond * RATE_PARTS, leastRate(connectionRate)]] as const)),
  ];
};

/** The share of a rate that comes with one token, as it is as large a share of the burst. */
const leastRate = ({ perSecond, burst = perSecond }: Rate): number =>
  Math.ceil((perSecond * RATE_PARTS) / burst);

const planLimit = (
  { generation, before, pods, missing, readings }: LimitsInput,
  listener: string,
  limit: SharedLimit,
  most: number,
  least: number,
): LimitShares => {
  const recorded = shareIn(before, listener, limit)?.shares;
  const replicas = pods
    .filter((pod) => !isFinished(pod) && (recorded !== undefined || hasStarted(pod)))
    .map((pod): Replica => {
      const { name: replica, deletionTimestamp } = pod.metadata;
      const takesClients = isReady(pod) && deletionTimestamp === undefined;
      return { name: replica, takesClients, report: shareReport(readings, replica, listener, limit) };
    });
  const others = missing.map(
    (replica): Replica => ({ name: replica, takesClients: false, report: undefined }),
  );
  const shares = planShares({
    limit: most,
    least,
    before: recorded,
    replicas: [...replicas, ...others],
    firstVersion: Math.max(1, generation) * VERSIONS_PER_GENERATION,
  });
  return { listener, limit, shares: [...shares] };
};

/** What a replica's last report says about its share, even if the replica does not answer any more. */
const shareReport = (
  readings: readonly Reading[],
  replica: string,
  listener: string,
  limit: SharedLimit,
): Replica['report'] => {
  const reading = readings.find(({ pod }) => pod === replica);
  const report = reading && reportOf(reading);
  return shareIn(report?.shares, listener, limit);
};

/** All containers of the pod have ended for good, and with them its connections. */
const isFinished = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded';

/** Before a pod has an address, its proxy serves nothing; when it starts, it reads the newest spec. */
const hasStarted = ({ status }: Pod): boolean => (status?.podIP ?? '') !== '';

/** Replicas that have shares and no pod in `pods`: they are gone, or their pods were moved out of sight. */
export const replicasWithoutPod = (
  before: readonly LimitShares[],
  pods: readonly Pod[],
): readonly string[] => {
  const names = new Set(pods.map(({ metadata }) => metadata.name));
  const all = new Set(before.flatMap(({ shares }) => shares.map(({ replica }) => replica)));
  return [...all].filter((replica) => !names.has(replica));
};
