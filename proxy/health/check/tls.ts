import { openTlsConnection } from './connection.ts';
import { establishedCheck } from './established.ts';
import { CLOSED, isSystemError, socketFailure } from './failures.ts';
import { type CheckResult, failed } from './result.ts';
import type { Begin } from './run-check.ts';

/** A handshake is done; the certificate is not verified. `serverName` is sent as SNI. */
export const tlsCheck = (address: string, port: number, serverName: string | undefined): Begin =>
  establishedCheck(
    (end) => openTlsConnection(address, port, end, serverName),
    'secureConnect',
    (error) => tlsFailure(error),
  );

/** How OpenSSL names an alert that the peer sent, such as SSL/TLS_ALERT_HANDSHAKE_FAILURE or TLSV1_UNRECOGNIZED_NAME. */
const ALERT = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(.+)$/;
const NOT_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|RECORD_TOO_SMALL)$/;

const words = (name: string): string => name.toLowerCase().replaceAll('_', ' ');

/** What an error of a socket with TLS says about an endpoint. */
export const tlsFailure = (error: NodeJS.ErrnoException): CheckResult => {
  const code = error.code ?? '';
  const alert = ALERT.exec(code)?.[1];
  if (alert !== undefined)
    return failed('Handshake', `the endpoint ended the TLS handshake: ${words(alert)}`);
  if (NOT_TLS.test(code)) return failed('Protocol', 'the answer is not TLS');
  if (code.startsWith('ERR_SSL_'))
    return failed('Handshake', `TLS handshake failed: ${words(code.slice('ERR_SSL_'.length))}`);
  // Node says so of a connection that ended, with a code of its own choice.
  if (isSystemError(error) && error.message.startsWith('Client network socket disconnected')) return CLOSED;
  return socketFailure(error);
};
