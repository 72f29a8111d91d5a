import { DAY_MS, dateOf, leftText, momentsBefore, WARNED_DAYS } from './expiry.ts';
import type { RevocationList } from './revocation-list.ts';

/** The part of its time in which a list should have been replaced: they last for hours or for months. */
const LAST_PART = 1 / 4;

/** Whether a list is not believed any more. */
export const isExpired = (
  { nextUpdateMs = Number.POSITIVE_INFINITY }: RevocationList,
  nowMs: number,
): boolean => nextUpdateMs < nowMs;

/** When a list is so near to its end that it should have been replaced; undefined if it has none. */
const warnedFrom = ({ thisUpdateMs, nextUpdateMs }: RevocationList): number | undefined =>
  nextUpdateMs === undefined
    ? undefined
    : nextUpdateMs - Math.min(WARNED_DAYS * DAY_MS, (nextUpdateMs - thisUpdateMs) * LAST_PART);

/** What is told of a list that has not expired yet: a clause; undefined if nothing is. */
export const expiresText = (list: RevocationList, nowMs: number): string | undefined => {
  const { nextUpdateMs, issuerName } = list;
  const from = warnedFrom(list);
  if (nextUpdateMs === undefined || from === undefined || nowMs <= from || isExpired(list, nowMs))
    return undefined;
  return `has a list of revoked certificates of "${issuerName}" that expires on ${dateOf(nextUpdateMs)}, ${leftText(nextUpdateMs - nowMs)}: then its clients are refused. Write a new one`;
};

/** The next moment at which what is told of a list changes; undefined if it never will. */
export const nextRevocationAging = (list: RevocationList, nowMs: number): number | undefined => {
  const { nextUpdateMs } = list;
  const from = warnedFrom(list);
  if (nextUpdateMs === undefined || from === undefined) return undefined;
  const ahead = [...momentsBefore(nextUpdateMs), from + 1].filter((one) => one > nowMs && one > from);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
};
