/**
 * Why handshakes of TLS with clients fail, as they are counted. An engine may count by the index in this
 * list.
 */
export const HANDSHAKE_FAILURES = [
  'ClientLeft', // closed or reset before the handshake was complete
  'ClientAlert', // the client refused: often, it does not trust the certificate
  'NoSharedCipher', // also: no certificate for the kinds of signatures that the client knows
  'NoSharedVersion',
  'NoSharedGroup',
  'NoSharedProtocol', // of ALPN
  'NotTls',
  'NoCertificate', // no context: the certificate has just gone
  'TimedOut',
  'Evicted', // too many were under way at once
  'Other',
] as const;
export type HandshakeFailure = (typeof HANDSHAKE_FAILURES)[number];
