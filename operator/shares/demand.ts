import type { Share } from '../../crds/limit-shares.ts';
import type { ShareReport } from './share.ts';

/** What each replica should have beyond what it uses: together a twentieth of the limit. */
export const headroomOf = (limit: number, replicas: number): number =>
  Math.floor(limit / (20 * Math.max(1, replicas)));

/** Smaller gains are not worth a write. */
export const stepOf = (limit: number): number => Math.max(1, Math.floor(limit / 100));

/**
 * How much a replica asks for. One that refuses clients asks for as much more, but at most for twice its
 * share: clients that try again are counted each time. One with about the right headroom asks for what it
 * has, so that ordinary ups and downs change nothing.
 */
export const demandOf = (share: Share, report: ShareReport | undefined, headroom: number): number => {
  if (report?.used === undefined) return share.share;
  const { used, refused } = report;
  if (refused > 0) return share.share + Math.min(refused, Math.max(1, headroom, share.share));
  const free = share.share - used;
  return free >= headroom / 2 && free <= 2 * headroom ? share.share : used + headroom;
};

/** Whether a replica has too little to wait for another one's reason to share out anew. */
export const isShort = (share: Share, report: ShareReport | undefined, headroom: number): boolean =>
  share.share === 0 ||
  (report?.used !== undefined && (report.refused > 0 || share.share - report.used < headroom / 2));
