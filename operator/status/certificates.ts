import type { Status } from '../../crds/status.ts';
import { type Reading, type ReportedCertificate, reportOf } from './reading.ts';

export type CertificateRow = NonNullable<Status['certificates']>[number];

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/**
 * Beyond this, the days left are shown in weeks: a status that changes every day would be written every day.
 */
const EXACT_DAYS = 30;
/** Limits of the status. */
const MOST_NAMES = 8;
const MOST_ROWS = 128;

const EXPIRED = -1;

const daysLeft = (notAfterMs: number, nowMs: number): number => {
  const days = Math.max(EXPIRED, Math.floor((notAfterMs - nowMs) / DAY_MS));
  return days <= EXACT_DAYS ? days : Math.max(EXACT_DAYS, days - (days % WEEK_DAYS));
};

/** One that a proxy does not have yet expires first of all. */
const expiry = ({ notAfter }: ReportedCertificate): number => {
  const ms = notAfter === undefined ? Number.NaN : Date.parse(notAfter);
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
};

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Limit of the status, and of how many there may be. */
const MOST_USERS = 64;

const namesIn = (lists: readonly (readonly string[])[]): string[] =>
  [...new Set(lists.flat())].sort(byText).slice(0, MOST_USERS);

/** The one that expires first on any replica, and all that use it. */
const merged = (all: readonly ReportedCertificate[], nowMs: number): CertificateRow | undefined => {
  const [first] = all.toSorted(
    (a, b) => expiry(a) - expiry(b) || byText(JSON.stringify(a.names), JSON.stringify(b.names)),
  );
  if (first === undefined) return undefined;
  const notAfterMs = expiry(first);
  const usedByBackends = namesIn(all.map((one) => one.usedByBackends ?? []));
  const [problem] = all.flatMap((one) => one.problem ?? []).sort(byText);
  return {
    secret: first.name,
    names: first.names.slice(0, MOST_NAMES),
    ...(first.notAfter === undefined || !Number.isFinite(notAfterMs)
      ? {}
      : { notAfter: first.notAfter, daysLeft: daysLeft(notAfterMs, nowMs) }),
    usedBy: namesIn(all.map(({ usedBy }) => usedBy)),
    ...(usedByBackends.length === 0 ? {} : { usedByBackends }),
    ...(problem === undefined ? {} : { problem }),
  };
};

/** The certificates that the replicas report, by name; `nowMs` is in milliseconds since 1970. */
export const certificatesOf = (readings: readonly Reading[], nowMs: number): readonly CertificateRow[] => {
  const reported = readings.flatMap((one) => reportOf(one)?.certificates ?? []);
  return [...Map.groupBy(reported, ({ name }) => name)]
    .toSorted(([a], [b]) => byText(a, b))
    .flatMap(([, all]) => merged(all, nowMs) ?? [])
    .slice(0, MOST_ROWS);
};

/** Milliseconds until the days left of a certificate change, which no event announces; undefined if never. */
export const nextDayMs = (
  certificates: readonly Pick<CertificateRow, 'notAfter'>[],
  nowMs: number,
): number | undefined => {
  const waits = certificates.flatMap(({ notAfter }) => {
    if (notAfter === undefined) return [];
    const notAfterMs = Date.parse(notAfter);
    const shown = daysLeft(notAfterMs, nowMs);
    return shown === EXPIRED ? [] : [notAfterMs - shown * DAY_MS - nowMs + 1];
  });
  return waits.length === 0 ? undefined : Math.min(...waits);
};
