import { dateOf, leftText, momentsBefore, warnedFrom } from './expiry.ts';
import type { RevocationList } from './revocation-list.ts';

/** Whether a list is not believed any more. */
export const isExpired = (
  { nextUpdateMs = Number.POSITIVE_INFINITY }: RevocationList,
  nowMs: number,
): boolean => nextUpdateMs < nowMs;

/** What is told of a list that has not expired yet: a clause; undefined if nothing is. */
export const expiresText = (list: RevocationList, nowMs: number): string | undefined => {
  const { thisUpdateMs, nextUpdateMs, issuerName } = list;
  if (nextUpdateMs === undefined || nowMs <= warnedFrom(thisUpdateMs, nextUpdateMs) || isExpired(list, nowMs))
    return undefined;
  return `has a list of revoked certificates of "${issuerName}" that expires on ${dateOf(nextUpdateMs)}, ${leftText(nextUpdateMs - nowMs)}: then its clients are refused. Write a new one`;
};

/** The next moment at which what is told of a list changes; undefined if it never will. */
export const nextRevocationAging = (
  { thisUpdateMs, nextUpdateMs }: RevocationList,
  nowMs: number,
): number | undefined => {
  if (nextUpdateMs === undefined) return undefined;
  const ahead = momentsBefore(thisUpdateMs, nextUpdateMs).filter((one) => one > nowMs);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
};
