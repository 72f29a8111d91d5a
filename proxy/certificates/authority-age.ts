import type { FindingCode } from '../../report/finding.ts';
import type { CaBundle } from './ca-bundle.ts';
import { dateOf, leftText, momentsBefore, warnedFrom } from './expiry.ts';
import { certificateIn } from './pem.ts';

/** The end of a certificate in a bundle. */
export interface AuthorityEnd {
  /** The whole subject, which a renewed certificate has as well. */
  readonly subject: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What is told of a certificate in a bundle: a sentence without its full stop. */
export interface AuthorityAging {
  readonly code: Extract<FindingCode, 'CaBundleExpires' | 'CaBundleExpired'>;
  readonly message: string;
}

/**
 * Bundles with more are collections of authorities for the Internet: one of them expires every few weeks,
 * which is no concern of those who use the bundle.
 */
const MOST_WATCHED = 32;

/** Ends of the certificates in a bundle that are worth watching. */
export const endsIn = ({ certificates }: CaBundle): readonly AuthorityEnd[] => {
  if (certificates.length > MOST_WATCHED) return [];
  const ends = certificates
    .flatMap((pem) => certificateIn(pem) ?? [])
    .map(({ subject, validFrom, validTo }) => ({
      subject: subject ?? '',
      notBeforeMs: Date.parse(validFrom),
      notAfterMs: Date.parse(validTo),
    }));
  // One that has been renewed may stay until the last of those that it has issued is gone.
  return ends.filter(
    ({ subject, notAfterMs }) =>
      !ends.some((other) => other.subject === subject && other.notAfterMs > notAfterMs),
  );
};

const COMMON_NAME = /^CN=(.+)$/m;

const nameOf = ({ subject }: AuthorityEnd): string =>
  COMMON_NAME.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');

/** What is told of the certificates of a bundle: of the one that ends first. */
export const authorityAging = (
  title: string,
  ends: readonly AuthorityEnd[],
  nowMs: number,
): AuthorityAging | undefined => {
  const aging = ends.filter(({ notBeforeMs, notAfterMs }) => nowMs > warnedFrom(notBeforeMs, notAfterMs));
  const [first, ...others] = aging.toSorted((a, b) => a.notAfterMs - b.notAfterMs);
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more, later)`;
  const about = `${title}: the certificate "${nameOf(first)}" in it`;
  const date = dateOf(first.notAfterMs);
  return nowMs > first.notAfterMs
    ? {
        code: 'CaBundleExpired',
        message: `${about} expired on ${date}${more}: those that it has issued are refused. Write its renewed one, or remove it`,
      }
    : {
        code: 'CaBundleExpires',
        message: `${about} expires on ${date}, ${leftText(first.notAfterMs - nowMs)}${more}: write its renewed one beside it`,
      };
};

/** The next moment at which that changes; undefined if it never will. */
export const nextAging = (ends: readonly AuthorityEnd[], nowMs: number): number | undefined => {
  const ahead = ends
    .flatMap(({ notBeforeMs, notAfterMs }) => momentsBefore(notBeforeMs, notAfterMs))
    .filter((one) => one > nowMs);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
};
