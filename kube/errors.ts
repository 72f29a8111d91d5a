/** The closed list of what an API server's refusal means to a caller. */
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

/** One field the API server did not like, from `details.causes` of its Status. */
export interface ApiErrorCause {
  readonly field?: string;
  readonly message?: string;
  readonly reason?: string;
}

export interface ApiAnswer {
  readonly method: string;
  readonly path: string;
  readonly httpStatus: number;
  /** The answer's text: a Status as JSON, or whatever stood in between and answered. */
  readonly body: string;
  /** The header Retry-After: seconds. */
  readonly retryAfter?: string | undefined;
}

/** The API server answered, with 400 or above (or an ERROR event in a watch). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly httpStatus: number;
  /** The server's own word, such as `AlreadyExists` or `Expired`; empty when it gave none. */
  readonly reason: string;
  readonly causes: readonly ApiErrorCause[];
  readonly method: string;
  readonly path: string;
  /** What to do; empty when the message says it all. */
  readonly hint: string;
  /**
   * How long the server asks to wait before the next try, a minute at most; undefined when it does not say.
   */
  readonly retryAfterMs: number | undefined;
  /** What the server said, without what was tried and the hint. */
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
 * An API server asks for seconds. What asks for an hour is a gateway in between, which may answer one call so
 * and the next one not; and a timer of more than 24 days would go off at once.
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

/** No usable answer came: the API server cannot be reached, or the connection broke. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;
  /** Origin of the API server, such as `https://10.96.0.1`. */
  readonly address: string;
  /**
   * Code of the cause as Node or OpenSSL gave it, such as ECONNREFUSED or CERT_HAS_EXPIRED; empty when none.
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
 * There is no way to log in to an API server: no kubeconfig, a broken one, no service account, a failed
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

/** The code of an error or of the error that caused it, as deep as it is buried; empty when there is none. */
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
  AlreadyExists: 'an object of this name is there already; apply it instead',
  Conflict: 'the object has changed since it was read; read it again and retry',
  Gone: 'this resourceVersion is too old; list again',
  TooLarge: 'the object is larger than the API server takes',
  Invalid: 'correct the fields named and apply again',
  TooManyRequests: 'the API server or a PodDisruptionBudget asks to wait; try again later',
};

const ADVICE: Record<TransportErrorCode, string> = {
  ConnectionRefused:
    'nothing listens there; check that the API server runs and that address and port are right',
  HostNotFound: 'the name does not resolve; check the server in the kubeconfig and the DNS',
  Unreachable: 'no route; check the network and any firewall between',
  CertificateRefused:
    'check certificate-authority, tls-server-name, both clocks, and whether the certificate was renewed',
  Timeout: 'the server or the network is too slow or drops packets; it is tried again by whoever asked',
  Silent: 'the connection looked open but nothing came; it is cut and opened again',
  ConnectionLost: 'the connection broke; the API server may have restarted',
  BadAnswer: 'something that is not an API server answered; check the address and any proxy between',
  Stopped: 'the call was given up by its caller',
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
    return {}; // Not JSON: a proxy in between, or an aggregated API; the text itself is shown.
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
