import { errorCode, TransportError, type TransportErrorCode } from './errors.ts';

const BY_CODE: Readonly<Record<string, TransportErrorCode>> = {
  ECONNREFUSED: 'ConnectionRefused',
  ENOTFOUND: 'HostNotFound',
  EAI_AGAIN: 'HostNotFound',
  EHOSTUNREACH: 'Unreachable',
  ENETUNREACH: 'Unreachable',
  EADDRNOTAVAIL: 'Unreachable',
  EACCES: 'Unreachable',
  EPERM: 'Unreachable',
  ETIMEDOUT: 'Timeout',
  UND_ERR_CONNECT_TIMEOUT: 'Timeout',
  UND_ERR_DESTROYED: 'Stopped',
  UND_ERR_CLOSED: 'Stopped',
  ERR_SSL_WRONG_VERSION_NUMBER: 'BadAnswer',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'BadAnswer',
  EPROTO: 'BadAnswer',
};

const OF_CERTIFICATES =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_CERT_|ERR_SSL_|ERR_OSSL_|HOSTNAME_MISMATCH)/;

/** Explains why a call has no answer, from the error of Node, undici or OpenSSL. */
export function explainFailure(cause: unknown, address: string, tried: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const code = errorCode(cause);
  const words = plain(cause instanceof Error ? innermost(cause).message : String(cause));
  const found = code === '' || words.includes(code) ? words : `${words} (${code})`;
  const kind = cause instanceof Error && cause.name === 'HTTPParserError' ? 'BadAnswer' : kindOf(code);
  return new TransportError(kind, address, tried, found, cause);
}

/**
 * Reduces a line of OpenSSL (`<thread>:error:<number>:<library>:<function>:<reason>:<file>…`) to its reason.
 */
function plain(words: string): string {
  return /:error:[0-9A-F]+:[^:]*:[^:]*:([^:\n]+)/.exec(words)?.[1] ?? words.trim();
}

function kindOf(code: string): TransportErrorCode {
  const known = BY_CODE[code];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'BadAnswer';
  return OF_CERTIFICATES.test(code) ? 'CertificateRefused' : 'ConnectionLost';
}

function innermost(error: Error): Error {
  let at = error;
  for (let depth = 0; depth < 5; depth++) {
    const inner = at instanceof AggregateError ? at.errors[0] : at.cause;
    if (!(inner instanceof Error)) break;
    at = inner;
  }
  return at;
}
