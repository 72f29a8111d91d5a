import { type KeyObject, verify, type X509Certificate } from 'node:crypto';
import { DER, type DerValue, derBytes, derContent, derParts, derTime, derValue } from './der.ts';

/** A list of the certificates that an authority has revoked (CRL). */
export interface RevocationList {
  readonly pem: string;
  /** The name of the authority, as it is written in DER, in hexadecimal. */
  readonly issuer: string;
  /** The same for people: its common name, or the last part of its name. */
  readonly issuerName: string;
  /** When it was written, in milliseconds since 1970. */
  readonly thisUpdateMs: number;
  /** When a newer one is due, in milliseconds since 1970; from then on it is not believed. */
  readonly nextUpdateMs: number | undefined;
  /** Whether the owner of a key has signed it; true if it is signed in a way that is not known here. */
  readonly isSignedBy: (key: KeyObject) => boolean;
}

/** Lists that can be used, or why they cannot: a clause that says what to do. */
export type RevocationReading =
  | { readonly ok: true; readonly lists: readonly RevocationList[] }
  | { readonly ok: false; readonly problem: string };

const BLOCK = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/g;

/** Algorithms by the OID that a list is signed with, in hexadecimal. */
const DIGESTS: Readonly<Record<string, string | null>> = {
  '2a864886f70d01010b': 'sha256', // with RSA
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256', // with ECDSA
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null, // Ed25519
};

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const signedBy = (tbs: DerValue, algorithm: DerValue, signature: DerValue) => {
  const [oid] = derParts(algorithm) ?? [];
  const digest = oid === undefined ? undefined : DIGESTS[hex(derContent(oid))];
  return (key: KeyObject): boolean => {
    if (digest === undefined) return true;
    try {
      // The first byte of a string of bits says how many of the last ones do not count.
      return verify(digest, derBytes(tbs), key, derContent(signature).subarray(1));
    } catch {
      return false; // a key of another kind
    }
  };
};

const COMMON_NAME = '550403';

/** A name of X.500 for people. */
const nameIn = (name: DerValue): string => {
  const parts = (derParts(name) ?? []).flatMap((set) => derParts(set) ?? []).map((part) => derParts(part));
  const values = parts.flatMap(([oid, value] = []) =>
    oid === undefined || value === undefined
      ? []
      : [{ oid: hex(derContent(oid)), text: Buffer.from(derContent(value)).toString('utf8') }],
  );
  return (values.findLast(({ oid }) => oid === COMMON_NAME) ?? values.at(-1))?.text ?? '';
};

const isTime = ({ tag }: DerValue): boolean => tag === DER.UtcTime || tag === DER.GeneralizedTime;

/** Reads one list; undefined if it is malformed. See RFC 5280, section 5.1. */
const readList = (pem: string, base64: string): RevocationList | undefined => {
  const whole = derValue(Buffer.from(base64, 'base64'));
  const [tbs, algorithm, signature] = (whole && derParts(whole)) ?? [];
  if (tbs === undefined || algorithm === undefined || signature?.tag !== DER.BitString) return undefined;
  const parts = derParts(tbs)?.filter(({ tag }, i) => i > 0 || tag !== DER.Integer) ?? [];
  const [, issuer, thisUpdate, next] = parts;
  const thisUpdateMs = thisUpdate && derTime(thisUpdate);
  if (issuer?.tag !== DER.Sequence || thisUpdateMs === undefined) return undefined;
  const nextUpdateMs = next !== undefined && isTime(next) ? derTime(next) : undefined;
  return {
    pem,
    issuer: hex(derBytes(issuer)),
    issuerName: nameIn(issuer),
    thisUpdateMs,
    nextUpdateMs,
    isSignedBy: signedBy(tbs, algorithm, signature),
  };
};

/** Reads all lists of a text in PEM, or none of them: one less would let revoked clients in. */
export const readRevocationLists = (text: string): RevocationReading => {
  const lists = [...text.matchAll(BLOCK)].map(([pem, base64 = '']) => readList(pem, base64));
  const broken = lists.indexOf(undefined);
  if (lists.length === 0)
    return {
      ok: false,
      problem: 'the list of revoked certificates is empty or no PEM: it begins with -----BEGIN X509 CRL-----',
    };
  if (broken >= 0)
    return {
      ok: false,
      problem: `list ${broken + 1} of revoked certificates cannot be read: write it again`,
    };
  return { ok: true, lists: lists.filter((list) => list !== undefined) };
};

/** The subject of a certificate, in the form in which lists name their issuer. */
export const subjectOf = ({ raw }: X509Certificate): string => {
  const whole = derValue(raw);
  const [tbs] = (whole && derParts(whole)) ?? [];
  // The version is first if it is there, which it is in all that have extensions.
  const parts = (tbs && derParts(tbs))?.filter(({ tag }, i) => i > 0 || tag !== 0xa0) ?? [];
  const [, , , , subject] = parts;
  return subject === undefined ? '' : hex(derBytes(subject));
};
