import koffi from 'koffi';
import { pinnedMemory } from './memory.ts';
import { POINTER } from './ssl-context.ts';
import type { NativeKeyPair } from './tls.ts';

const SUCCESSFUL = 0;
const GOOD = 0;
const REVOKED = 1;
/** The issuer of the certificate is trusted, whoever has issued its own. */
const PARTIAL_CHAIN = 0x80000;
const TM_BYTES = 64; // struct tm

const all = (count: number): string[] => Array(count).fill(POINTER);

const symbols = () => {
  const lib = koffi.load(null);
  return {
    d2i_OCSP_RESPONSE: lib.func('d2i_OCSP_RESPONSE', POINTER, [POINTER, POINTER, 'long']),
    OCSP_response_status: lib.func('OCSP_response_status', 'int', [POINTER]),
    OCSP_response_get1_basic: lib.func('OCSP_response_get1_basic', POINTER, [POINTER]),
    OCSP_basic_verify: lib.func('OCSP_basic_verify', 'int', [...all(3), 'ulong']),
    OCSP_cert_to_id: lib.func('OCSP_cert_to_id', POINTER, all(3)),
    OCSP_resp_find_status: lib.func('OCSP_resp_find_status', 'int', all(7)),
    OCSP_RESPONSE_free: lib.func('OCSP_RESPONSE_free', 'void', [POINTER]),
    OCSP_BASICRESP_free: lib.func('OCSP_BASICRESP_free', 'void', [POINTER]),
    OCSP_CERTID_free: lib.func('OCSP_CERTID_free', 'void', [POINTER]),
    EVP_sha256: lib.func('EVP_sha256', POINTER, []),
    ASN1_TIME_to_tm: lib.func('ASN1_TIME_to_tm', 'int', [POINTER, POINTER]),
    OPENSSL_sk_new_null: lib.func('OPENSSL_sk_new_null', POINTER, []),
    OPENSSL_sk_push: lib.func('OPENSSL_sk_push', 'int', [POINTER, POINTER]),
    OPENSSL_sk_free: lib.func('OPENSSL_sk_free', 'void', [POINTER]),
    X509_STORE_new: lib.func('X509_STORE_new', POINTER, []),
    X509_STORE_add_cert: lib.func('X509_STORE_add_cert', 'int', [POINTER, POINTER]),
    X509_STORE_set_flags: lib.func('X509_STORE_set_flags', 'int', [POINTER, 'ulong']),
    X509_STORE_free: lib.func('X509_STORE_free', 'void', [POINTER]),
    ERR_clear_error: lib.func('ERR_clear_error', 'void', []),
  };
};

/** What a response says of a certificate, in milliseconds since 1970, or why it cannot be told. */
export type OcspReading =
  | {
      readonly status: 'Good' | 'Revoked' | 'Unknown';
      readonly thisUpdateMs: number;
      /** Undefined if the response does not say until when it holds. */
      readonly nextUpdateMs: number | undefined;
    }
  | { readonly status: 'Malformed' | 'Unsuccessful' | 'NoIssuer' | 'Forged' | 'AboutAnother' };

/**
 * Reads OCSP responses in DER, and verifies that the issuer in the certificate's chain has signed them, or
 * who acts for it.
 */
export const ocspReader = (): ((der: Uint8Array, pair: NativeKeyPair) => OcspReading) => {
  const c = symbols();
  // Where OpenSSL writes a status and two times, and a time as numbers.
  const found = pinnedMemory(32);
  const time = pinnedMemory(TM_BYTES);

  const readTime = (at: number): number | undefined => {
    const asn1 = Number(found.view.getBigUint64(at, true));
    if (asn1 === 0 || c.ASN1_TIME_to_tm(asn1, time.address) !== 1) return undefined;
    const [s, m, h, day, month, year] = [0, 4, 8, 12, 16, 20].map((offset) =>
      time.view.getInt32(offset, true),
    ) as [number, number, number, number, number, number];
    return Date.UTC(1900 + year, month, day, h, m, s);
  };

  const isSigned = (basic: number, chain: readonly number[], issuer: number): boolean => {
    const certificates = c.OPENSSL_sk_new_null();
    const store = c.X509_STORE_new();
    for (const one of chain) c.OPENSSL_sk_push(certificates, one);
    const isVerified =
      c.X509_STORE_add_cert(store, issuer) === 1 &&
      c.X509_STORE_set_flags(store, PARTIAL_CHAIN) === 1 &&
      c.OCSP_basic_verify(basic, certificates, store, 0) === 1;
    c.X509_STORE_free(store);
    c.OPENSSL_sk_free(certificates);
    return isVerified;
  };

  /** Looks for the certificate as the response names it: by SHA-1, or by SHA-256. */
  const isFound = (basic: number, certificate: number, issuer: number): boolean =>
    [0, c.EVP_sha256()].some((digest) => {
      const id = c.OCSP_cert_to_id(digest, certificate, issuer);
      found.bytes.fill(0);
      const { address } = found;
      const result = c.OCSP_resp_find_status(basic, id, address, 0, 0, address + 8, address + 16);
      c.OCSP_CERTID_free(id);
      return result === 1;
    });

  const readBasic = (basic: number, { certificate, chain }: NativeKeyPair): OcspReading => {
    const [issuer] = chain;
    if (issuer === undefined) return { status: 'NoIssuer' };
    if (!isSigned(basic, chain, issuer)) return { status: 'Forged' };
    if (!isFound(basic, certificate, issuer)) return { status: 'AboutAnother' };
    const status = found.view.getInt32(0, true);
    const thisUpdateMs = readTime(8);
    if (thisUpdateMs === undefined) return { status: 'Malformed' };
    const nextUpdateMs = readTime(16);
    return {
      status: status === GOOD ? 'Good' : status === REVOKED ? 'Revoked' : 'Unknown',
      thisUpdateMs,
      nextUpdateMs,
    };
  };

  return (der, pair) => {
    // The address of the bytes, and behind it the bytes.
    const memory = pinnedMemory(8 + der.length);
    memory.view.setBigUint64(0, BigInt(memory.address + 8), true);
    memory.bytes.set(der, 8);
    const response = c.d2i_OCSP_RESPONSE(0, memory.address, der.length);
    const isSuccessful = response !== 0 && c.OCSP_response_status(response) === SUCCESSFUL;
    const basic = isSuccessful ? c.OCSP_response_get1_basic(response) : 0;
    const reading: OcspReading =
      basic !== 0
        ? readBasic(basic, pair)
        : { status: response === 0 || isSuccessful ? 'Malformed' : 'Unsuccessful' };
    c.OCSP_BASICRESP_free(basic);
    c.OCSP_RESPONSE_free(response);
    c.ERR_clear_error();
    memory.bytes.fill(0); // it is still referenced, so it was not freed before
    return reading;
  };
};
