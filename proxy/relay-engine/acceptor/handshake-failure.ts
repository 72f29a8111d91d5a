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
]);

/** What the result of a handshake that failed means; `reason` is OpenSSL's, of a result of -TLS_FAILED. */
export const handshakeFailure = (result: number, reason: number): HandshakeFailure => {
  // The end of the stream, or an error of the socket.
  if (result !== -TLS_FAILED) return 'ClientLeft';
  return BY_REASON.get(reason) ?? (reason >= FIRST_ALERT ? 'ClientAlert' : 'Other');
};
