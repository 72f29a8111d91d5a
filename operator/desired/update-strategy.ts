import { effectiveTuning } from '../../crds/effective.ts';
import type { UpdateStrategy } from '../../crds/scaling.ts';
import type { Owner } from '../objects/owner.ts';

type Count = number | string;

const isNone = (count: Count): boolean => Number.parseInt(String(count), 10) === 0;

/**
 * How pods are replaced. Unless the spec says otherwise, there are never fewer than requested: a new pod
 * serves before an old one is removed. Host networking is the exception: the old pod holds the ports that the
 * new one needs, and with a pod on every node the rollout would never proceed.
 */
export const updateStrategy = ({ spec }: Owner) => {
  const { kind, updateStrategy: given } = spec.workload;
  const type: UpdateStrategy['type'] = given?.type ?? 'RollingUpdate';
  if (type !== 'RollingUpdate') return { type };
  const { maxSurge, maxUnavailable } = given?.rollingUpdate ?? {};
  const isInPlace = effectiveTuning(spec).hostNetwork;
  const surge = maxSurge ?? (isInPlace || (kind === 'DaemonSet' && !isAbsent(maxUnavailable)) ? 0 : 1);
  const missing = maxUnavailable ?? (isNone(surge) ? 1 : 0);
  return { type, rollingUpdate: { maxSurge: surge, maxUnavailable: missing } };
};

/** A DaemonSet accepts only one of the two to be other than 0; a maxUnavailable of 0 is the same as none. */
const isAbsent = (maxUnavailable: Count | undefined): boolean =>
  maxUnavailable === undefined || isNone(maxUnavailable);
