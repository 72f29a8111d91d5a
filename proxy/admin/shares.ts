import type { SharedLimit } from '../../crds/shared-limit.ts';
import type { Status } from '../../report/status.ts';
import type { LimitsPolicy } from '../configuration/limits-policy.ts';
import type { SharesOfListener } from '../configuration/listener-share.ts';
import type { LimitReason } from '../engine/limit-reason.ts';
import type { ListenerStats } from '../engine/stats.ts';

type Counted = Pick<ListenerStats, 'shares' | 'closes' | 'limits' | 'admittedTotal'>;

const NO_SHARE = { amount: 0, version: 0 };
/** What a connection beyond a share is refused for. */
const REASONS: Readonly<Record<SharedLimit, LimitReason>> = {
  connections: 'ConnectionLimit',
  connectionRate: 'ConnectionRateLimit',
};

/** The limits of a policy that are shared out over all replicas. */
const sharedLimits = ({ shared, connections, connectionRate }: LimitsPolicy): readonly SharedLimit[] =>
  shared
    ? [
        ...(connections === 0 ? [] : (['connections'] as const)),
        ...(connectionRate === undefined ? [] : (['connectionRate'] as const)),
      ]
    : [];

/**
 * The shares of limits that all acceptors apply. They were in force before the figures were read. In mode
 * Report, connections beyond a share are let in and keep nothing from other replicas: what all report
 * together is then within the limit, as it will be once the limit is enforced.
 */
export const sharesOf = (
  limits: LimitsPolicy | undefined,
  shares: SharesOfListener = {},
  { shares: used, closes, limits: counted, admittedTotal }: Counted,
): Pick<Status['listeners'][number], 'shares'> => {
  if (limits?.shared !== true || used === undefined) return {};
  const wouldRefuse = counted?.wouldRefuse ?? [];
  const totalOf = (reason: LimitReason, of: readonly { reason: string; total: number }[]): number =>
    of.reduce((sum, one) => sum + (one.reason === reason ? one.total : 0), 0);
  const refusedBy = (reason: LimitReason): number => totalOf(reason, closes) + totalOf(reason, wouldRefuse);
  return {
    shares: sharedLimits(limits).map((limit) => {
      const { amount, version } = shares[limit] ?? NO_SHARE;
      const held = used.find((one) => one.limit === limit)?.held ?? 0;
      return {
        limit,
        amount,
        version,
        held: limits.enforced ? held : Math.min(held, amount),
        admitted: admittedTotal,
        refused: refusedBy(REASONS[limit]),
      };
    }),
  };
};
