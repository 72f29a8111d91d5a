import type { LiveEndpoint, LiveEndpoints } from '../../report/live.ts';
import { hostPort } from './format.ts';
import { groupsOf } from './group.ts';

/** Endpoints as one replica sees them. */
export interface ReplicaEndpoints {
  readonly pod: string;
  readonly endpoints: readonly LiveEndpoint[];
}

interface Seen {
  readonly pod: string;
  readonly endpoint: LiveEndpoint;
}

const isOut = ({ health, ejectedUntil }: LiveEndpoint): boolean =>
  health === 'Unhealthy' || ejectedUntil !== undefined;

/** How bad an endpoint is in a replica: that of the worst is shown. */
const badness = (endpoint: LiveEndpoint): number =>
  endpoint.health === 'Unhealthy' ? 3 : isOut(endpoint) ? 2 : endpoint.share < 1 ? 1 : 0;

/** Which replicas have it out, and why, in as few words as that takes. */
const reasonOf = (seen: readonly Seen[], replicas: number): string | undefined => {
  const out = seen.filter(({ endpoint }) => isOut(endpoint));
  const reasons = [...new Set(out.map(({ endpoint }) => endpoint.reason ?? ''))].filter((one) => one !== '');
  if (out.length === 0 || replicas === 1) return reasons[0] ?? seen[0]?.endpoint.reason;
  const where =
    out.length === replicas
      ? 'on all replicas'
      : `on ${out.length} of ${replicas} replicas: ${out.map(({ pod }) => pod).join(', ')}`;
  return [where, ...reasons.slice(0, 3)].join(' · ');
};

const joined = (seen: readonly Seen[], replicas: number): LiveEndpoint => {
  const all = seen.map(({ endpoint }) => endpoint);
  const worst = all.reduce((a, b) => (badness(b) > badness(a) ? b : a));
  const sum = (value: (one: LiveEndpoint) => number): number =>
    all.reduce((total, one) => total + value(one), 0);
  const reason = reasonOf(seen, replicas);
  const { reason: _, ...rest } = worst;
  return {
    ...rest,
    ...(reason === undefined ? {} : { reason }),
    used: all.some(({ used }) => used),
    open: sum(({ open }) => open),
    connections: sum(({ connections }) => connections),
    failures: sum(({ failures }) => failures),
    rate: sum(({ rate }) => rate),
    bytes: sum(({ bytes }) => bytes),
  };
};

/** Each endpoint once, with the sums of what replicas have of it; those out of service in any come first. */
export const joinedEndpoints = (replicas: readonly ReplicaEndpoints[]): readonly LiveEndpoint[] => {
  const all = groupsOf(
    replicas.flatMap(({ pod, endpoints }) => endpoints.map((endpoint) => ({ pod, endpoint }))),
    ({ endpoint }) => `${endpoint.backend} ${hostPort(endpoint)}`,
  ).map((seen) => joined(seen, replicas.length));
  return [...all.filter(isOut), ...all.filter((one) => !isOut(one))];
};

/**
 * What replicas answered to one question, as if one had: a single one with the part that was asked for,
 * several with all, or with none if there are too many to join.
 */
export const joinEndpoints = (
  replicas: readonly (ReplicaEndpoints & Pick<LiveEndpoints, 'total'>)[],
  { offset, limit }: { readonly offset: number; readonly limit: number },
  isPart: boolean,
): LiveEndpoints => {
  const [only] = replicas;
  if (isPart && only !== undefined) return only;
  const all = joinedEndpoints(replicas);
  const total = Math.max(all.length, ...replicas.map((one) => one.total));
  return { total, endpoints: all.slice(offset, offset + limit) };
};
