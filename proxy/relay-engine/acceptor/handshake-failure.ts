import type { HandshakeFailure } from '../../engine/handshake-failure.ts';
import { TLS_FAILED } from '../../sys/tls.ts';

/** From here on, OpenSSL's number of a reason is that of an alert of the peer (SSL_AD_REASON_OFFSET). */
const FIRST_ALERT = 1000;

/** By OpenSSL's number of the reason (sslerr.h). */
const BY_REASON: ReadonlyMap<number, HandshakeFailure> = new Map([
  [193, 'NoSharedCipher'], // NO_SHARED_CIPHER
  [118, 'NoSharedCipher'], // NO_SUITABLE_SIGNATURE_ALGORITHM
  [376, 'NoSharedCipher'], // NO_SHARED_SIGNATURE_ALGORITHMS
  [258, 'NoSharedVersion'], // UNSUPPORTED_PROTOCOL
  [266, 'NoSharedVersion'], // WRONG_SSL_VERSION
  [396, 'NoSharedVersion'], // VERSION_TOO_LOW
  [101, 'NoSharedGroup'], // NO_SUITABLE_KEY_SHARE
  [410, 'NoSharedGroup'], // NO_SHARED_GROUPS
  [295, 'NoSharedGroup'], // NO_SUITABLE_GROUPS
  [235, 'NoSharedProtocol'], // NO_APPLICATION_PROTOCOL
  [156, 'NotTls'], // HTTP_REQUEST
  [155, 'NotTls'], // HTTPS_PROXY_REQUEST
  [267, 'NotTls'], // WRONG_VERSION_NUMBER
  [199, 'ClientCertificateMissing'], // PEER_DID_NOT_RETURN_A_CERTIFICATE
]);

const CERTIFICATE_VERIFY_FAILED = 134;

/** By OpenSSL's number of what is wrong with a certificate (x509_vfy.h). */
const BY_VERIFY_RESULT: ReadonlyMap<number, HandshakeFailure> = new Map([
  [9, 'ClientCertificateExpired'], // CERT_NOT_YET_VALID
  [10, 'ClientCertificateExpired'], // CERT_HAS_EXPIRED
  [23, 'ClientCertificateRevoked'], // CERT_REVOKED
  [3, 'ClientCertificateUnchecked'], // UNABLE_TO_GET_CRL
  [5, 'ClientCertificateUnchecked'], // UNABLE_TO_DECRYPT_CRL_SIGNATURE
  [8, 'ClientCertificateUnchecked'], // CRL_SIGNATURE_FAILURE
  [11, 'ClientCertificateUnchecked'], // CRL_NOT_YET_VALID
  [12, 'ClientCertificateUnchecked'], // CRL_HAS_EXPIRED
  [33, 'ClientCertificateUnchecked'], // UNABLE_TO_GET_CRL_ISSUER
  [35, 'ClientCertificateUnchecked'], // KEYUSAGE_NO_CRL_SIGN
  [36, 'ClientCertificateUnchecked'], // UNHANDLED_CRITICAL_CRL_EXTENSION
  [44, 'ClientCertificateUnchecked'], // DIFFERENT_CRL_SCOPE
  [54, 'ClientCertificateUnchecked'], // CRL_PATH_VALIDATION_ERROR
]);

/**
 * What the result of a handshake that failed means. Of a result of -TLS_FAILED, `reason` is OpenSSL's, and
 * `verifyResult` says what is wrong with the client's certificate.
 */
export const handshakeFailure = (
  result: number,
  reason: number,
  verifyResult: () => number,
): HandshakeFailure => {
  // The end of the stream, or an error of the socket.
  if (result !== -TLS_FAILED) return 'ClientLeft';
  if (reason === CERTIFICATE_VERIFY_FAILED)
    return BY_VERIFY_RESULT.get(verifyResult()) ?? 'ClientCertificateUntrusted';
  return BY_REASON.get(reason) ?? (reason >= FIRST_ALERT ? 'ClientAlert' : 'Other');
};
