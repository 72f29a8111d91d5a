/** All meanings of a refusal by the API server. */
export type ApiErrorCode =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'TooLarge'
  | 'UnsupportedMediaType'
  | 'Invalid'
  | 'TooManyRequests'
  | 'ServerError'
  | 'Unavailable'
  | 'Unexpected';

/** A field refused by the API server, from `details.causes` of its Status. */
export interface ApiErrorCause {
  readonly field?: string;
  readonly message?: string;
  readonly reason?: string;
}

export interface ApiAnswer {
  readonly method: string;
  readonly path: string;
  readonly httpStatus: number;
  /** The body: a Status as JSON, or the text of an intermediary. */
  readonly body: string;
  /** The header Retry-After: seconds. */
  readonly retryAfter?: string | undefined;
}

/** The API server answered with status 400 or above, or with an ERROR event in a watch. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly httpStatus: number;
  /** The server's reason, such as `AlreadyExists` or `Expired`; empty if there is none. */
  readonly reason: string;
  readonly causes: readonly ApiErrorCause[];
  readonly method: string;
  readonly path: string;
  /** What to do; empty if the message is sufficient. */
  readonly hint: string;
  /**
   * Time that the server asks to wait before the next attempt, at most a minute; undefined if it does not
   * say.
   */
  readonly retryAfterMs: number | undefined;
  /** The server's message, without the request and the hint. */
  readonly serverMessage: string;

  constructor(answer: ApiAnswer) {
    const status = parseStatus(answer.body);
    const reason = status.reason ?? '';
    const code = codeOf(answer.httpStatus, reason);
    const said = status.message ?? plainText(answer.body) ?? 'no message';
    const hint = HINTS[code] ?? '';
    super(
      `${answer.method} ${answer.path}: ${answer.httpStatus} ${reason || code}: ${said}${hint && ` — ${hint}`}`,
    );
    this.code = code;
    this.httpStatus = answer.httpStatus;
    this.reason = reason;
    this.serverMessage = said;
    this.causes = status.details?.causes ?? [];
    this.method = answer.method;
    this.path = answer.path;
    this.hint = hint;
    const seconds = status.details?.retryAfterSeconds ?? Number(answer.retryAfter ?? Number.NaN);
    this.retryAfterMs =
      Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, LONGEST_RETRY_AFTER_MS) : undefined;
  }
}

/**
 * An API server asks for seconds. If an hour is requested, it is by a gateway in between, which may answer
 * the next call differently; and a timer of more than 24 days would fire immediately.
 */
const LONGEST_RETRY_AFTER_MS = 60_000;

export type TransportErrorCode =
  | 'ConnectionRefused'
  | 'HostNotFound'
  | 'Unreachable'
  | 'CertificateRefused'
  | 'Timeout'
  | 'Silent'
  | 'ConnectionLost'
  | 'BadAnswer'
  | 'Stopped';

/** There was no usable answer: the API server cannot be reached, or the connection failed. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  /** Origin of the API server, such as `https://10.96.0.1`. */
  readonly address: string;
  /**
   * Code of the cause from Node or OpenSSL, such as ECONNREFUSED or CERT_HAS_EXPIRED; empty if there is none.
   */
  readonly causeCode: string;

  constructor(code: TransportErrorCode, address: string, tried: string, found: string, cause?: unknown) {
    super(`${tried}: no answer from the API server at ${address}: ${found} — ${ADVICE[code]}`, { cause });
    this.code = code;
    this.address = address;
    this.causeCode = errorCode(cause);
  }
}

export type CredentialsErrorCode =
  | 'KubeconfigUnreadable'
  | 'KubeconfigInvalid'
  | 'NoCredentials'
  | 'LoginFailed';

/**
 * Logging in to an API server is impossible: no kubeconfig, an invalid one, no service account, a failed
 * plugin.
 */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
  readonly code: CredentialsErrorCode;

  constructor(code: CredentialsErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The code of an error or of its nearest cause that has one; empty if there is none. */
export function errorCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at instanceof AggregateError && at.errors.length > 0) return errorCode(at.errors[0]);
  }
  return '';
}

const HINTS: Partial<Record<ApiErrorCode, string>> = {
  Unauthorized: 'the token or client certificate is wrong or has expired; log in again or renew it',
  Forbidden: 'give this user or ServiceAccount the permission with a Role and a RoleBinding',
  NotFound: 'the object, its namespace or its CustomResourceDefinition does not exist',
  AlreadyExists: 'an object with this name already exists; apply it instead',
  Conflict: 'the object has changed since it was read; read it again and retry',
  Gone: 'this resourceVersion is too old; list again',
  TooLarge: 'the object exceeds the size limit of the API server',
  Invalid: 'correct these fields and apply again',
  TooManyRequests: 'the API server or a PodDisruptionBudget asks to wait; try again later',
};

const ADVICE: Record<TransportErrorCode, string> = {
  ConnectionRefused:
    'nothing listens there; check that the API server is running and that address and port are correct',
  HostNotFound: 'the name does not resolve; check the server in the kubeconfig and the DNS',
  Unreachable: 'no route; check the network and firewalls in between',
  CertificateRefused:
    'check certificate-authority, tls-server-name, both clocks, and whether the certificate was renewed',
  Timeout: 'the server or the network is too slow or drops packets; the caller retries',
  Silent: 'the connection seemed open but no data arrived; it is closed and opened again',
  ConnectionLost: 'the connection was lost; the API server may have restarted',
  BadAnswer: 'something that is not an API server answered; check the address and proxies in between',
  Stopped: 'the call was cancelled by its caller',
};

interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly ApiErrorCause[]; readonly retryAfterSeconds?: number };
}

function parseStatus(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {}; // Not JSON: from a proxy in between or an aggregated API. The text itself is shown.
  }
}

function plainText(body: string): string | undefined {
  const text = body.replace(/\s+/g, ' ').trim();
  return text === '' ? undefined : text.slice(0, 300);
}

function codeOf(httpStatus: number, reason: string): ApiErrorCode {
  if (httpStatus === 409) return reason === 'AlreadyExists' ? 'AlreadyExists' : 'Conflict';
  if (httpStatus === 503 || httpStatus === 504) return 'Unavailable';
  if (httpStatus >= 500) return 'ServerError';
  return BY_STATUS[httpStatus] ?? 'Unexpected';
}

const BY_STATUS: Readonly<Record<number, ApiErrorCode>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  410: 'Gone',
  413: 'TooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
};
