import type { FindingCode } from '../../report/finding.ts';
import { dateOf, leftText, momentsBefore, warnedFrom } from './expiry.ts';
import { isValidAt, type KeyPair } from './key-pair.ts';

export type CertificateCode = Extract<
  FindingCode,
  'SecretMissing' | 'CertificateInvalid' | 'CertificateExpired' | 'CertificateExpires' | 'OcspResponseUnfit'
>;

/** What is told of a certificate: sentences without their full stop. */
export interface CertificateProblem {
  readonly code: CertificateCode;
  readonly message: string;
}

/** What a Secret or a file has now: a pair, or why there is none that can be used. */
export type Offered = KeyPair | CertificateProblem;

/** Which pair is used at a moment, and what is wrong. */
export interface Choice {
  /** Undefined if there never was one that could be read. */
  readonly pair: KeyPair | undefined;
  /** Why what is offered is not what is used; undefined if it is. */
  readonly unused: CertificateProblem | undefined;
  /** What is wrong with the one that is used; undefined if nothing is. */
  readonly aging: CertificateProblem | undefined;
  /** Milliseconds until something of this changes by itself; undefined if nothing will. */
  readonly nextMs: number | undefined;
}

/** Who refuses a certificate that is not valid. */
export type Refusers = 'clients' | 'endpoints';

const isPair = (offered: Offered): offered is KeyPair => 'notAfterMs' in offered;

/** Why a pair does not replace one that is in use; undefined if it does. */
const whyKept = (offered: KeyPair, used: KeyPair | undefined, nowMs: number): string | undefined => {
  if (used === undefined || used === offered || !isValidAt(used, nowMs) || isValidAt(offered, nowMs))
    return undefined;
  return nowMs > offered.notAfterMs
    ? `the certificate there now expired on ${dateOf(offered.notAfterMs)}`
    : `the certificate there now is valid only from ${dateOf(offered.notBeforeMs)} on`;
};

const agingOf = (
  title: string,
  { notBeforeMs, notAfterMs }: KeyPair,
  nowMs: number,
  refusers: Refusers,
): CertificateProblem | undefined => {
  const about = `${title}: the certificate`;
  if (nowMs < notBeforeMs)
    return {
      code: 'CertificateInvalid',
      message: `${about} is valid only from ${dateOf(notBeforeMs)} on: until then, ${refusers} refuse it`,
    };
  if (nowMs > notAfterMs)
    return {
      code: 'CertificateExpired',
      message: `${about} expired on ${dateOf(notAfterMs)}: it stays in use, but ${refusers} refuse it. Renew it`,
    };
  return nowMs <= warnedFrom(notBeforeMs, notAfterMs)
    ? undefined
    : {
        code: 'CertificateExpires',
        message: `${about} expires on ${dateOf(notAfterMs)}, ${leftText(notAfterMs - nowMs)}: renew it`,
      };
};

/** The next moment at which validity or a number of days in a message changes. */
const nextOf = (pairs: readonly KeyPair[], nowMs: number): number | undefined => {
  const moments = pairs.flatMap(({ notBeforeMs, notAfterMs }) => [
    notBeforeMs,
    ...momentsBefore(notBeforeMs, notAfterMs),
  ]);
  const ahead = moments.filter((moment) => moment > nowMs);
  return ahead.length === 0 ? undefined : Math.min(...ahead) - nowMs;
};

/**
 * Decides which pair is used. What cannot be used replaces nothing; nor does a pair that is not valid now, as
 * long as the one in use is. One that has expired stays in use: some clients are told to accept it.
 */
export const chooseKeyPair = (
  title: string,
  offered: Offered,
  used: KeyPair | undefined,
  nowMs: number,
  refusers: Refusers = 'clients',
): Choice => {
  if (!isPair(offered))
    return {
      pair: used,
      unused: offered,
      aging: used && agingOf(title, used, nowMs, refusers),
      nextMs: nextOf(used === undefined ? [] : [used], nowMs),
    };
  const kept = whyKept(offered, used, nowMs);
  const pair = kept === undefined ? offered : used;
  return {
    pair,
    unused: kept === undefined ? undefined : { code: 'CertificateInvalid', message: `${title}: ${kept}` },
    aging: pair && agingOf(title, pair, nowMs, refusers),
    nextMs: nextOf(pair === undefined ? [offered] : [offered, pair], nowMs),
  };
};
