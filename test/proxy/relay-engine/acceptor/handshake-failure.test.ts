import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handshakeFailure } from '../../../../proxy/relay-engine/acceptor/handshake-failure.ts';
import { ECONNRESET } from '../../../../proxy/sys/sys.ts';
import { TLS_FAILED, TRUNCATED } from '../../../../proxy/sys/tls.ts';

const CASES = [
  [-TRUNCATED, 0, 'ClientLeft'],
  [-ECONNRESET, 0, 'ClientLeft'],
  [-TLS_FAILED, 193, 'NoSharedCipher'],
  [-TLS_FAILED, 258, 'NoSharedVersion'],
  [-TLS_FAILED, 101, 'NoSharedGroup'],
  [-TLS_FAILED, 235, 'NoSharedProtocol'],
  [-TLS_FAILED, 156, 'NotTls'],
  [-TLS_FAILED, 1048, 'ClientAlert'], // unknown_ca
  [-TLS_FAILED, 68, 'Other'],
  [-TLS_FAILED, 199, 'ClientCertificateMissing'],
  [-TLS_FAILED, 134, 'ClientCertificateUntrusted', 20], // UNABLE_TO_GET_ISSUER_CERT_LOCALLY
  [-TLS_FAILED, 134, 'ClientCertificateExpired', 10],
  [-TLS_FAILED, 134, 'ClientCertificateRevoked', 23],
  [-TLS_FAILED, 134, 'ClientCertificateUnchecked', 12], // CRL_HAS_EXPIRED
] as const;

for (const [result, reason, failure, verifyResult = 0] of CASES)
  test(`a handshake with result ${result} and OpenSSL's reason ${reason}, ${verifyResult} of the certificate, failed as ${failure}`, () => {
    assert.equal(
      handshakeFailure(result, reason, () => verifyResult),
      failure,
    );
  });
