import type { Share } from '../../crds/limit-shares.ts';
import { MAX_SHARES } from '../../crds/shared-limit.ts';
import { demandOf, headroomOf, isShort, stepOf } from './demand.ts';
import { type Replica, type ShareReport, UNKNOWN } from './share.ts';
import { divideAll, waterFill } from './water-fill.ts';

export interface SharesInput {
  /** What all replicas together may use, in the units of shares. */
  readonly limit: number;
  /**
   * A share that is not as large as this admits nobody, and so is no use to any replica; 0 if every share
   * admits somebody.
   */
  readonly least: number;
  /** The shares as recorded; undefined if the limit has never been shared out. */
  readonly before: readonly Share[] | undefined;
  /**
   * Every replica that may be running, in any order. One that is not listed is gone, and with it all that it
   * used.
   */
  readonly replicas: readonly Replica[];
  /** Version of a replica's first share: above all versions of an earlier time in which there were shares. */
  readonly firstVersion: number;
}

/**
 * Decides who gets what next. Two rules keep the limit, whatever is delayed, lost or restarted: `reserved`
 * falls only to what a report on the newest version allows, and a share rises only by what is not reserved.
 * So shares move in two steps: one is lowered, and once its replica has reported that, another is raised.
 */
export const planShares = ({
  limit,
  least,
  before,
  replicas,
  firstVersion,
}: SharesInput): readonly Share[] => {
  const known = before ?? replicas.map(({ name }) => unknown(name, firstVersion));
  const byName = new Map(replicas.map((replica) => [replica.name, replica]));
  const kept = known.filter(({ replica }) => byName.has(replica)).map((share) => settle(share, byName));
  const has = new Set(kept.map(({ replica }) => replica));
  const added = replicas
    .filter(({ name, takesClients, report }) => takesClients && report !== undefined && !has.has(name))
    .map(({ name, report }) =>
      report?.version === 0 ? none(name, report.held) : unknown(name, firstVersion),
    );
  const shares = [...kept, ...added]
    .slice(0, MAX_SHARES)
    .sort((a, b) => (a.replica < b.replica ? -1 : Number(a.replica > b.replica)));
  const targets = targetsOf(limit, least, shares, byName);
  return raise(limit, shares, targets).map((next, index) => {
    const { share, version } = shares[index] as Share;
    return next.share === share ? next : { ...next, version: Math.max(version + 1, firstVersion) };
  });
};

/** A replica that may apply no shares yet. */
const unknown = (replica: string, version: number): Share => ({
  replica,
  share: 0,
  reserved: UNKNOWN,
  version,
});

/** A replica that applies shares and has none; it may use something of before. */
const none = (replica: string, held: number): Share => ({ replica, share: 0, reserved: held, version: 0 });

/** Takes over what a report on the newest version says. */
const settle = (share: Share, byName: ReadonlyMap<string, Replica>): Share => {
  const report = byName.get(share.replica)?.report;
  return report?.version === share.version
    ? { ...share, reserved: Math.max(share.share, report.held) }
    : share;
};

/** What each share should be once nothing is reserved for others; the present ones if that suffices. */
const targetsOf = (
  limit: number,
  least: number,
  shares: readonly Share[],
  byName: ReadonlyMap<string, Replica>,
): readonly number[] => {
  const takes = shares.map(({ replica }) => byName.get(replica)?.takesClients === true);
  const active = shares.filter((_, index) => takes[index]);
  const rest = shares.filter((_, index) => !takes[index]);
  const headroom = headroomOf(limit, active.length);
  const inUse = sum(active.map(({ share }) => share));
  const withheld = sum(rest.map(({ reserved }) => reserved));
  const amount = Math.min(limit, Math.max(limit - withheld, inUse));
  /** A report on an older share does not say whether the newest one suffices. */
  const reportOf = ({ replica, version }: Share) => {
    const report = byName.get(replica)?.report;
    return report?.version === version ? report : undefined;
  };
  const usable = activeWithShares(amount, least, active, reportOf);
  const divided = divideAll(
    amount,
    usable.map((share) => Math.max(least, demandOf(share, reportOf(share), headroom))),
    // Nobody knows how much more those want that refuse clients.
    usable.map((share) => (reportOf(share)?.refused ?? 0) > 0),
  );
  const wanted = active.map((share) => divided[usable.indexOf(share)] ?? 0);
  const step = stepOf(limit);
  const isDue =
    inUse > limit ||
    amount - inUse >= Math.max(step, limit / 10) ||
    active.some(
      (share, index) =>
        (share.share < least && (wanted[index] as number) >= least) ||
        ((wanted[index] as number) - share.share >= step && isShort(share, reportOf(share), headroom)),
    );
  const next = isDue ? wanted : active.map(({ share }) => share);
  let index = 0;
  return takes.map((isActive) => (isActive ? (next[index++] as number) : 0));
};

/**
 * Those that get a share, if there are more than shares that admit somebody: first those that have one and
 * use it, then those that refuse clients for want of one.
 */
const activeWithShares = (
  amount: number,
  least: number,
  active: readonly Share[],
  reportOf: (share: Share) => ShareReport | undefined,
): readonly Share[] => {
  if (active.length * least <= amount) return active;
  const rank = (share: Share): number => {
    const report = reportOf(share);
    if (share.share < least) return report !== undefined && report.refused > 0 ? 1 : 3;
    return report?.used === 0 && report.refused === 0 ? 2 : 0;
  };
  const ranked = active.map((share) => ({ share, rank: rank(share) })).sort((a, b) => a.rank - b.rank);
  const chosen = new Set(ranked.slice(0, Math.floor(amount / least)).map(({ share }) => share));
  return active.filter((share) => chosen.has(share));
};

/** Lowers shares to their targets at once, and raises others as far as nothing is reserved. */
const raise = (limit: number, shares: readonly Share[], targets: readonly number[]): readonly Share[] => {
  const free = limit - sum(shares.map(({ reserved }) => reserved));
  const costs = shares.map(({ reserved }, index) => Math.max(0, (targets[index] as number) - reserved));
  const granted = waterFill(free, costs);
  return shares.map((share, index) => {
    const target = targets[index] as number;
    if (target <= share.share) return { ...share, share: target };
    const next = Math.min(target, share.reserved + (granted[index] as number));
    // Nothing rises while more is reserved than there is: a limit was lowered, or a replica is unknown.
    if (free < 0 || next - share.share < Math.min(stepOf(limit), target - share.share)) return share;
    return { ...share, share: next, reserved: Math.max(share.reserved, next) };
  });
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
