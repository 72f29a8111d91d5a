/**
 * Why handshakes of TLS with clients fail, as they are counted, with the meaning for somebody who reads a
 * log. An engine may count by the index in this list.
 */
export const HANDSHAKE_CAUSES = [
  { failure: 'ClientLeft', meaning: 'the client closed or reset the connection before the end of it' },
  { failure: 'ClientAlert', meaning: 'the client refused: often, it does not trust the certificate' },
  {
    failure: 'NoSharedCipher',
    meaning:
      'both have no cipher suite in common, or the client knows no kind of signature of the certificates',
  },
  { failure: 'NoSharedVersion', meaning: 'the client is too old for `minVersion`' },
  { failure: 'NoSharedGroup', meaning: 'both have no group for the exchange of keys in common' },
  { failure: 'NoSharedProtocol', meaning: 'the client offers protocols (ALPN), but none of `alpn`' },
  { failure: 'NotTls', meaning: 'the client speaks something else' },
  { failure: 'NoCertificate', meaning: 'the listener has no certificate that could be read yet' },
  { failure: 'TimedOut', meaning: 'it was not complete within `timeouts.handshake`' },
  { failure: 'Evicted', meaning: 'too many were under way at once, and this one had waited longest' },
  { failure: 'Other', meaning: 'the client does not keep to the protocol in another way' },
  {
    failure: 'ClientCertificateMissing',
    meaning: 'the client showed no certificate, and `clientCertificates.mode` is `Require`',
  },
  {
    failure: 'ClientCertificateUntrusted',
    meaning:
      'the client’s certificate is not from an authority in the CA bundle, not for clients, or too many others are in between (`depth`)',
  },
  {
    failure: 'ClientCertificateExpired',
    meaning: 'the client’s certificate, or that of its authority, has expired or is not valid yet',
  },
  {
    failure: 'ClientCertificateRevoked',
    meaning: 'the client’s certificate, or that of its authority, is in a list of revoked ones',
  },
  {
    failure: 'ClientCertificateUnchecked',
    meaning:
      'the list of revoked certificates of the client’s authority is missing, has expired, or is not its own',
  },
  {
    failure: 'ClientNameNotAllowed',
    meaning: 'no name in the client’s certificate (subjectAltName) is in `clientCertificates.allowedSans`',
  },
  {
    failure: 'NoClientAuthority',
    meaning: 'no CA bundle for clients, or no list of revoked ones, could be read yet',
  },
] as const satisfies readonly { readonly failure: string; readonly meaning: string }[];

export type HandshakeFailure = (typeof HANDSHAKE_CAUSES)[number]['failure'];

export const HANDSHAKE_FAILURES: readonly HandshakeFailure[] = HANDSHAKE_CAUSES.map(({ failure }) => failure);
