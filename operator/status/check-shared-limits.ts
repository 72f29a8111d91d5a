import type { L4BalancerSpec } from '../../crds/l4balancer.ts';
import type { Warning } from '../../report/reasons/warning-reasons.ts';
import { plural } from '../text/lists-and-counts.ts';

type Limits = L4BalancerSpec['listeners'][number]['limits'];

/** The limits that are too small for a part of them to be worth something, each with its field. */
const tooSmall = (limits: Limits, replicas: number): readonly (readonly [string, number])[] => {
  if (limits?.scope !== 'Cluster') return [];
  const { connections, connectionRate } = limits;
  const burst = connectionRate && (connectionRate.burst ?? connectionRate.perSecond);
  return [
    ...(connections !== undefined && connections < replicas ? [['connections', connections] as const] : []),
    ...(burst !== undefined && burst < replicas ? [['connectionRate.burst', burst] as const] : []),
  ];
};

/**
 * Warns if a limit that all replicas share is less than one connection for each: some have none of it, and
 * let nobody in. `replicas` is how many there are.
 */
export const checkSharedLimits = (
  { listeners }: Pick<L4BalancerSpec, 'listeners'>,
  replicas: number,
): readonly Warning[] =>
  listeners.flatMap(({ name, limits }) =>
    tooSmall(limits, replicas).map(
      ([field, amount]): Warning => ({
        reason: 'SharedLimitTooSmall',
        message: `limits.${field} of listener "${name}" is ${amount}, and ${replicas} ${plural(replicas, 'replica')} share it: some of them admit nobody, although others could. Raise it to at least the number of replicas, better to twenty times that, or run fewer replicas.`,
      }),
    ),
  );
