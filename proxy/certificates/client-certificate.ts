import { X509Certificate } from 'node:crypto';
import { type AltName, readAltNames } from './alt-names.ts';

/** What is read of the certificate of a client, whose authority OpenSSL has checked. */
export interface ClientCertificate {
  /** In the order of RFC 2253, the own name first: `CN=client,O=Example`. */
  readonly subject: string;
  /** Of the subject; omitted if it has none. */
  readonly commonName?: string;
  readonly altNames: readonly AltName[];
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly notAfterMs: number;
}

/** As it is, without what stands for odd characters in the text of a subject. */
const commonNameOf = (certificate: X509Certificate): string | undefined => {
  const { CN: name } = certificate.toLegacyObject().subject as { readonly CN?: string | readonly string[] };
  return typeof name === 'string' ? name : name?.at(-1);
};

/** Reads a certificate in the form of DER; undefined if it cannot be read. */
export const readClientCertificate = (der: Uint8Array): ClientCertificate | undefined => {
  try {
    const certificate = new X509Certificate(der);
    const { subject, subjectAltName, fingerprint256, validTo } = certificate;
    const commonName = commonNameOf(certificate);
    return {
      subject: (subject ?? '').split('\n').reverse().join(','),
      ...(commonName === undefined ? {} : { commonName }),
      altNames: readAltNames(subjectAltName),
      fingerprint: fingerprint256.replaceAll(':', '').toLowerCase(),
      notAfterMs: Date.parse(validTo),
    };
  } catch {
    // OpenSSL takes some that Node does not: such a client has no name that could be allowed.
    return undefined;
  }
};
