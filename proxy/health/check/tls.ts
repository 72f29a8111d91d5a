import { isIP } from 'node:net';
import tls from 'node:tls';
import type { Begin } from './ender.ts';
import { CLOSED, isSystemError, socketFailure } from './failures.ts';
import { type CheckResult, failed, OK } from './result.ts';

/** Made once: no authorities, since nothing is verified, and every version and strength that the library still speaks, since clients choose theirs. */
let context: tls.SecureContext | undefined;
const secureContext = (): tls.SecureContext => {
  context ??= tls.createSecureContext({
    ca: [],
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  return context;
};

/** How long an endpoint may take to end the connection in order, after the handshake, before it is cut off. */
const GOODBYE_MS = 100;

/**
 * A handshake is done; the certificate is not verified. `serverName` is sent as SNI. The connection is ended in order: a reset may come
 * before the endpoint has read the end of the handshake, and be an error in its log with every check.
 */
export const tlsCheck =
  (address: string, port: number, serverName: string | undefined): Begin =>
  (end) => {
    let goodbye: NodeJS.Timeout | undefined;
    const socket = tls.connect({
      host: address,
      port,
      secureContext: secureContext(),
      rejectUnauthorized: false,
      // An address may not be sent (RFC 6066): neither the host, which Node would send without this, nor one that was asked for.
      servername: serverName === undefined || isIP(serverName) !== 0 ? '' : serverName,
    });
    const ended = (result: CheckResult): void => end(goodbye === undefined ? result : OK);
    socket.once('secureConnect', () => {
      goodbye = setTimeout(() => end(OK), GOODBYE_MS);
      socket.resume().end();
    });
    socket.on('error', (error) => ended(tlsFailure(error)));
    socket.once('close', () => ended(CLOSED));
    return {
      bytesRead: () => socket.bytesRead,
      close() {
        clearTimeout(goodbye);
        socket.destroy();
      },
      known: () => (goodbye === undefined ? undefined : OK),
    };
  };

/** How OpenSSL names an alert that the peer sent, such as SSL/TLS_ALERT_HANDSHAKE_FAILURE or TLSV1_UNRECOGNIZED_NAME. */
const ALERT = /^ERR_SSL_(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_(?:ALERT_)?(.+)$/;
const NOT_TLS =
  /^ERR_SSL_(WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|RECORD_TOO_SMALL)$/;

const words = (name: string): string => name.toLowerCase().replaceAll('_', ' ');

const tlsFailure = (error: NodeJS.ErrnoException): CheckResult => {
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
