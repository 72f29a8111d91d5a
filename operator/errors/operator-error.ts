/**
 * Stable codes of the errors that end the operator or keep it from starting; they appear in the log and on
 * stderr.
 */
export type OperatorErrorCode =
  | 'CredentialsInvalid'
  | 'AddressTaken'
  | 'AddressRefused'
  | 'StopTimedOut'
  | 'Internal';

/** Exit codes, from which a supervisor can tell why the program ended. */
export const EXIT = {
  ok: 0,
  /** Something failed; a restart may help. */
  failed: 1,
  /** The input is invalid: a restart with the same input fails in the same way. */
  badInput: 2,
  /** --dry-run: something would be created, changed or removed. */
  different: 3,
} as const;

/** An error with a stable code and a text that says what was tried, what was found and what to do. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
  readonly code: OperatorErrorCode;

  constructor(code: OperatorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The stable code of any error, for the log: its `code`, or else its name. */
export const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'Unknown';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

const BAD_INPUT: readonly OperatorErrorCode[] = ['CredentialsInvalid'];

/** The exit code for an error. */
export const exitCodeOf = (error: unknown): number =>
  error instanceof OperatorError && BAD_INPUT.includes(error.code) ? EXIT.badInput : EXIT.failed;
