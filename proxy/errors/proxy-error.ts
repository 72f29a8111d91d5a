/**
 * Stable codes of the errors that stop the proxy or prevent it from starting; each appears in the log and on
 * stderr.
 */
export type ProxyErrorCode =
  | 'SettingsInvalid'
  | 'ManifestInvalid'
  | 'ManifestUnreadable'
  | 'KubeconfigInvalid'
  | 'AdminAddressTaken'
  | 'AdminAddressRefused'
  | 'FileLimitTooLow'
  | 'EngineFailed'
  | 'Internal';

/** Exit codes, from which a supervisor may draw conclusions. */
export const EXIT = {
  ok: 0,
  /** Something failed that a restart may fix; --check also exits with it if there are findings. */
  failed: 1,
  /** The input is invalid: a restart with the same input fails in the same way. */
  badInput: 2,
} as const;

/** An error with a stable code and a message that says what was tried, what was found and what to do. */
export class ProxyError extends Error {
  readonly code: ProxyErrorCode;
  /** Lines to print below the message, one finding each. */
  readonly details: readonly string[];

  constructor(
    code: ProxyErrorCode,
    message: string,
    options: { cause?: unknown; details?: readonly string[] } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.name = 'ProxyError';
    this.code = code;
    this.details = options.details ?? [];
  }
}

const BAD_INPUT: readonly ProxyErrorCode[] = [
  'SettingsInvalid',
  'ManifestInvalid',
  'ManifestUnreadable',
  'KubeconfigInvalid',
];

/** The exit code for an error. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof ProxyError && BAD_INPUT.includes(error.code) ? EXIT.badInput : EXIT.failed;

/**
 * Node's error code (`EADDRINUSE`, `CERT_HAS_EXPIRED`, …) of an error or of its nearest cause that has one.
 */
export const systemCode = (error: unknown): string | undefined => {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === 'string' && code === code.toUpperCase()) return code;
  }
  return undefined;
};
