import { createHash, createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { type CertificateFacts, type KeyKind, KeyPair, type KeyPairTexts } from './key-pair.ts';
import { CERTIFICATE_BLOCK, certificateIn } from './pem.ts';

/** A pair that can be used, or why it cannot: a clause that says what to do. Never quotes a text. */
export type KeyPairReading =
  | { readonly ok: true; readonly pair: KeyPair }
  | { readonly ok: false; readonly problem: string };

/** An entry of subjectAltName, as Node writes them; one with odd characters is in quotes, and is no host. */
const DNS_NAME = /(?:^|, )DNS:((?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?=,|$)/g;
const COMMON_NAME = /^CN=((?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/m;

const fail = (problem: string): KeyPairReading => ({ ok: false, problem });

const keyIn = (text: string): KeyObject | undefined => {
  try {
    return createPrivateKey(text);
  } catch {
    // OpenSSL's own words mean little to those who read the problem, and might quote what is secret.
    return undefined;
  }
};

/** Certificates whose names are not in subjectAltName are old, but some are still about. */
const namesOf = ({ subjectAltName, subject }: X509Certificate): readonly string[] => {
  const names = [...(subjectAltName ?? '').matchAll(DNS_NAME)].map(([, name]) => name as string);
  const common = COMMON_NAME.exec(subject ?? '')?.[1];
  const all = names.length > 0 || common === undefined ? names : [common];
  return [...new Set(all.map((name) => name.toLowerCase()))];
};

const kindOf = ({ asymmetricKeyType }: KeyObject): KeyKind =>
  asymmetricKeyType === 'rsa' ? 'RSA' : asymmetricKeyType === 'ec' ? 'ECDSA' : 'Other';

/**
 * Reads a certificate with its chain and its private key from PEM, and checks that they belong together;
 * `isUsable` is asked last, whether OpenSSL takes them. Whether the certificate is valid now is not checked.
 * One that is not of a host (`isOfHost`) is shown to endpoints, and may have any name.
 */
export const readKeyPair = (
  texts: KeyPairTexts,
  isUsable: (texts: KeyPairTexts) => boolean = () => true,
  isOfHost = true,
): KeyPairReading => {
  const blocks = texts.certificate.match(CERTIFICATE_BLOCK) ?? [];
  if (blocks.length === 0)
    return fail('the certificate is empty or no PEM: it begins with -----BEGIN CERTIFICATE-----');
  const chain = blocks.map(certificateIn);
  const broken = chain.indexOf(undefined);
  const leaf = chain[0];
  if (leaf === undefined || broken >= 0)
    return fail(
      `certificate ${broken + 1} of the chain cannot be read: write it again from its issuer's answer`,
    );
  const key = keyIn(texts.key);
  if (key === undefined)
    return fail('the private key is empty, encrypted, or no PEM: it begins with -----BEGIN PRIVATE KEY-----');
  if (!leaf.checkPrivateKey(key))
    return fail(
      'the private key does not belong to the first certificate: the chain begins with the own certificate, then its issuer',
    );
  if (!isUsable(texts))
    return fail('OpenSSL refuses the pair: an RSA key has at least 2048 bits, and SHA-1 signs nothing');
  const facts: CertificateFacts = {
    id: createHash('sha256')
      .update(chain.map((one) => one?.fingerprint256).join())
      .digest('hex')
      .slice(0, 32),
    names: namesOf(leaf),
    kind: kindOf(key),
    notBeforeMs: Date.parse(leaf.validFrom),
    notAfterMs: Date.parse(leaf.validTo),
  };
  if (isOfHost && facts.names.length === 0)
    return fail('the certificate names no host: its subjectAltName must have at least one DNS name');
  return { ok: true, pair: new KeyPair(facts, texts) };
};
