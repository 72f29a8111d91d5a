import { hash } from 'node:crypto';
import { allowedName, type IsAllowedName } from '../../certificates/allowed-names.ts';
import { altNameText } from '../../certificates/alt-names.ts';
import { type ClientCertificate, readClientCertificate } from '../../certificates/client-certificate.ts';
import type { ClientPolicy } from '../../configuration/termination.ts';
import type { HandshakeFailure } from '../../engine/handshake-failure.ts';
import type { ClientDetails } from '../../engine/tls-details.ts';

/** What is checked of the certificate of a client, once OpenSSL has verified it. */
export interface ServedClients {
  /** Empty to allow any name. */
  readonly allowed: readonly IsAllowedName[];
}

export const serveClients = ({ allowedNames }: ClientPolicy): ServedClients => ({
  allowed: allowedNames.map(allowedName),
});

/** Certificates that are kept as they were read: the same few clients come again and again. */
const MOST_KEPT = 1024;
const kept = new Map<string, ClientCertificate | undefined>();

/** Reads the certificate of a client, in DER. */
export const clientCertificateOf = (der: Uint8Array): ClientCertificate | undefined => {
  const key = hash('sha256', der, 'base64');
  if (kept.has(key)) return kept.get(key);
  if (kept.size === MOST_KEPT) kept.delete(kept.keys().next().value as string);
  const read = readClientCertificate(der);
  kept.set(key, read);
  return read;
};

/**
 * Why a client with this certificate, or none, is refused after all. OpenSSL does not look at the time again
 * when it resumes a session, and knows nothing of allowed names.
 */
export const whyRefused = (
  { allowed }: ServedClients,
  certificate: ClientCertificate | undefined,
  nowMs: number,
): HandshakeFailure | undefined => {
  if (certificate !== undefined && certificate.notAfterMs < nowMs) return 'ClientCertificateExpired';
  if (allowed.length === 0) return undefined;
  const names = certificate?.altNames ?? [];
  return names.some((name) => allowed.some((isAllowed) => isAllowed(name)))
    ? undefined
    : certificate === undefined
      ? 'ClientCertificateMissing'
      : 'ClientNameNotAllowed';
};

/** Names in a line of the access log: certificates may have hundreds. */
const MOST_NAMES = 16;

/** What the access log has of a client's certificate. */
export const detailsOf = ({ subject, altNames, fingerprint }: ClientCertificate): ClientDetails => ({
  subject: subject.slice(0, 1024),
  altNames: altNames.slice(0, MOST_NAMES).map((name) => altNameText(name).slice(0, 512)),
  fingerprint,
});
