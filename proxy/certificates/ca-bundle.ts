import { createHash } from 'node:crypto';
import { CERTIFICATE_BLOCK, certificateIn } from './pem.ts';

/**
 * Certificates of authorities that peers are verified with. Nothing in it is secret, but it may be long: it
 * is left out where a configuration is compared as JSON.
 */
export class CaBundle {
  /** Identifies the content, whatever its order. */
  readonly id: string;
  #certificates: readonly string[];

  constructor(certificates: readonly string[]) {
    const unique = [...new Set(certificates.map((one) => one.replaceAll('\r', '').trim()))];
    this.id = createHash('sha256')
      .update([...unique].sort().join('\n'))
      .digest('hex')
      .slice(0, 32);
    this.#certificates = unique;
  }

  /** PEM of each certificate, each once. */
  get certificates(): readonly string[] {
    return this.#certificates;
  }
}

/** Authorities with their lists of revoked certificates, in PEM, and how they are used. */
export interface TrustText {
  /** Identifies the content. */
  readonly id: string;
  readonly authorities: readonly string[];
  readonly lists: readonly string[];
  readonly checks: 'None' | 'Client' | 'Chain';
  readonly isPartial: boolean;
}

/** What is trusted of endpoints: each certificate of a bundle by itself, whoever has issued it. */
export const trustIn = ({ id, certificates }: CaBundle): TrustText => ({
  id: `endpoints ${id}`,
  authorities: certificates,
  lists: [],
  checks: 'None',
  isPartial: true,
});

/** A bundle that can be used, or why it cannot: a clause that says what to do. */
export type CaBundleReading =
  | { readonly ok: true; readonly bundle: CaBundle }
  | { readonly ok: false; readonly problem: string };

const fail = (problem: string): CaBundleReading => ({ ok: false, problem });

/**
 * Reads a bundle from PEM; what is between the certificates is passed over. It is used as a whole or not at
 * all, since one authority less would refuse some peers. If none of it is valid at `nowMs`, it verifies
 * nobody.
 */
export const readCaBundle = (text: string, nowMs: number): CaBundleReading => {
  const blocks = text.match(CERTIFICATE_BLOCK) ?? [];
  if (blocks.length === 0)
    return fail('the CA bundle is empty or no PEM: it begins with -----BEGIN CERTIFICATE-----');
  const certificates = blocks.map(certificateIn);
  const broken = certificates.indexOf(undefined);
  if (broken >= 0) return fail(`certificate ${broken + 1} of the CA bundle cannot be read: write it again`);
  if (certificates.every((one) => one !== undefined && Date.parse(one.validTo) < nowMs))
    return fail('every certificate of the CA bundle has expired: renew it');
  return { ok: true, bundle: new CaBundle(blocks) };
};
