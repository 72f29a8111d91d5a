import { createHash } from 'node:crypto';
import type { KeyPairTexts } from '../certificates/key-pair.ts';
import type { Staple } from '../certificates/staple.ts';
import { keyPairs } from '../sys/key-pairs.ts';
import { type OcspReading, ocspReader } from '../sys/ocsp-response.ts';

/** A response that says that the certificate is good, or why it cannot be used. */
export type StapleReading = { readonly ok: true; readonly staple: Staple } | UnfitResponse;

export interface UnfitResponse {
  readonly ok: false;
  /** A clause about the response. */
  readonly why: string;
  /** Whether the issuer itself says that the certificate is not good: then no earlier response holds. */
  readonly isVerdict: boolean;
}

type Unfit = Exclude<OcspReading['status'], 'Good'>;

const WHY: Readonly<Record<Unfit, string>> = {
  Revoked: 'says that the certificate is revoked: replace the certificate',
  Unknown: 'says that its issuer does not know the certificate',
  Malformed: 'cannot be read: it has to be in DER, as openssl ocsp -respout writes it',
  Unsuccessful: 'is only the refusal of a responder',
  NoIssuer: 'cannot be verified, because the chain lacks the issuer’s certificate: add it',
  Forged: 'is not signed by the issuer of the certificate, or by whom the issuer has authorized',
  AboutAnother: 'is about another certificate',
};

let tools:
  | { readonly native: ReturnType<typeof keyPairs>; readonly read: ReturnType<typeof ocspReader> }
  | undefined;

const VERDICTS: readonly Unfit[] = ['Revoked', 'Unknown'];

const unfit = (why: string, isVerdict = false): UnfitResponse => ({ ok: false, why, isVerdict });

/** Reads and verifies an OCSP response about a certificate. Whether it is fresh is not checked. */
export const readStaple = (der: Uint8Array, { certificate, key }: KeyPairTexts): StapleReading => {
  tools ??= { native: keyPairs(), read: ocspReader() };
  const pair = tools.native.load(certificate, key);
  if (pair === undefined) return unfit(WHY.NoIssuer);
  const reading = tools.read(der, pair);
  tools.native.free(pair);
  if (reading.status !== 'Good') return unfit(WHY[reading.status], VERDICTS.includes(reading.status));
  const { thisUpdateMs, nextUpdateMs } = reading;
  if (nextUpdateMs === undefined) return unfit('does not say until when it holds (nextUpdate)');
  const id = createHash('sha256').update(der).digest('hex').slice(0, 32);
  return { ok: true, staple: { id, der: Uint8Array.from(der), thisUpdateMs, nextUpdateMs } };
};
