import { effectiveTuning } from '../../crds/effective.ts';
import type { UpdateStrategy } from '../../crds/scaling.ts';
import type { Owner } from '../objects/owner.ts';

type Count = number | string;

const isNone = (count: Count): boolean => Number.parseInt(String(count), 10) === 0;

/**
 * How pods are replaced. Never fewer than asked for, unless the spec says so: a new pod serves before an old
 * one goes. Except in the node's network, where the old one has the ports that the new one needs, and on the
 * last node neither would ever move.
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

/** A DaemonSet takes one of the two; none missing is the same as nothing said. */
const isAbsent = (maxUnavailable: Count | undefined): boolean =>
  maxUnavailable === undefined || isNone(maxUnavailable);
