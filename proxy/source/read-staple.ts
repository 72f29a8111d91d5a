import { createHash } from 'node:crypto';
import type { KeyPairTexts } from '../certificates/key-pair.ts';
import type { Staple } from '../certificates/staple.ts';
import { keyPairs } from '../sys/key-pairs.ts';
import { type OcspReading, ocspReader } from '../sys/ocsp-response.ts';

/** A response that says that the certificate is good, or a clause: why it cannot be used. */
export type StapleReading = Staple | string;

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

/** Reads and verifies an OCSP response about a certificate. Whether it is fresh is not checked. */
export const readStaple = (der: Uint8Array, { certificate, key }: KeyPairTexts): StapleReading => {
  tools ??= { native: keyPairs(), read: ocspReader() };
  const pair = tools.native.load(certificate, key);
  if (pair === undefined) return WHY.NoIssuer;
  const reading = tools.read(der, pair);
  tools.native.free(pair);
  if (reading.status !== 'Good') return WHY[reading.status];
  const { thisUpdateMs, nextUpdateMs } = reading;
  if (nextUpdateMs === undefined) return 'does not say until when it holds (nextUpdate)';
  const id = createHash('sha256').update(der).digest('hex').slice(0, 32);
  return { id, der: Uint8Array.from(der), thisUpdateMs, nextUpdateMs };
};
