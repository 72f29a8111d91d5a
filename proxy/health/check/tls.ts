import { type CheckTarget, openTlsConnection } from './connection.ts';
import { establishedCheck } from './established.ts';
import { CLOSED, isSystemError, socketFailure } from './failures.ts';
import { type CheckResult, failed } from './result.ts';
import type { StartCheck } from './run-check.ts';

/**
 * Succeeds if the TLS handshake completes. Unless the backend says otherwise, the certificate is not
 * verified, and `serverName` is sent as SNI.
 */
export const tlsCheck = (target: CheckTarget, serverName: string | undefined): StartCheck =>
  establishedCheck(
    (end) => openTlsConnection(target, end, serverName),
    'secureConnect',
    tlsFailure,
    // A server of TLS 1.3 looks at the certificate of the proxy after the handshake is complete here.
    ({ code }) => target.tls !== undefined && code?.startsWith('ERR_SSL_') === true,
  );

/**
 * OpenSSL's name for an alert from the peer, such as SSL/TLS_ALERT_HANDSHAKE_FAILURE or
 * TLSV1_UNRECOGNIZED_NAME.
 */
const ALERT = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(.+)$/;
const NOT_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|RECORD_TOO_SMALL)$/;

/** Node's names for why a certificate was refused. */
const REFUSALS: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name or address',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it is of no authority that is trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'it is of no authority that is trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it is of no authority that is trusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is of no authority that is trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'it is of no authority that is trusted',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  INVALID_PURPOSE: 'it is not for servers',
};

const words = (name: string): string => name.toLowerCase().replaceAll('_', ' ');

/** The check result that an error of a TLS socket stands for. */
export const tlsFailure = (error: NodeJS.ErrnoException): CheckResult => {
  const code = error.code ?? '';
  const refusal = REFUSALS[code];
  if (refusal !== undefined) return failed('Handshake', `the certificate is refused: ${refusal}`);
  const alert = ALERT.exec(code)?.[1];
  if (alert !== undefined)
    return failed('Handshake', `the endpoint ended the TLS handshake: ${words(alert)}`);
  if (NOT_TLS.test(code)) return failed('Protocol', 'the answer is not TLS');
  if (code.startsWith('ERR_SSL_'))
    return failed('Handshake', `TLS handshake failed: ${words(code.slice('ERR_SSL_'.length))}`);
  // Node reports a connection that ended during the handshake this way, with a code that looks like one of
  // the system.
  if (isSystemError(error) && error.message.startsWith('Client network socket disconnected')) return CLOSED;
  return socketFailure(error);
};
