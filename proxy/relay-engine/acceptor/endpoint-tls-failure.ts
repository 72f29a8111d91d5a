import type { ConnectFailure } from '../../engine/connect-failure.ts';
import { TLS_FAILED, TRUNCATED } from '../../sys/tls.ts';
import { connectFailure } from './connect-failure.ts';

/** SSL_R_CERTIFICATE_VERIFY_FAILED */
const NOT_VERIFIED = 134;

/** By OpenSSL's number (x509_vfy.h) of why a certificate was refused; others are those of no authority. */
const BY_REFUSAL: ReadonlyMap<number, ConnectFailure> = new Map([
  [9, 'TlsExpired'], // CERT_NOT_YET_VALID
  [10, 'TlsExpired'], // CERT_HAS_EXPIRED
  [62, 'TlsNameMismatch'], // HOSTNAME_MISMATCH
  [64, 'TlsNameMismatch'], // IP_ADDRESS_MISMATCH
]);

/**
 * What the result of a handshake with an endpoint that failed means; `reason` is OpenSSL's, of a result of
 * -TLS_FAILED, and `refusal` says why the certificate was refused.
 */
export const endpointTlsFailure = (result: number, reason: number, refusal: number): ConnectFailure => {
  if (result !== -TLS_FAILED) return result === -TRUNCATED ? 'TlsFailed' : connectFailure(-result);
  return reason === NOT_VERIFIED ? (BY_REFUSAL.get(refusal) ?? 'TlsUntrusted') : 'TlsFailed';
};

/** Whether a failure means that the certificate of an endpoint was refused. */
export const isRefusedCertificate = (failure: ConnectFailure): boolean =>
  failure === 'TlsUntrusted' || failure === 'TlsNameMismatch' || failure === 'TlsExpired';
