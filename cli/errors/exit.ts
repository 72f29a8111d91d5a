/** Exit codes, from which a script can tell what happened. A code keeps its meaning in later versions. */
export const EXIT = {
  /** All is well with what was asked about. */
  ok: 0,
  /** The command worked, and found a problem: a balancer that is not Ready, or one with warnings in `why`. */
  problem: 1,
  /** The arguments are wrong, or a file that they name. */
  usage: 2,
  /** No kubeconfig, a login that fails, or a right that is missing. */
  noAccess: 3,
  /** There is no such balancer or namespace, or L4Balancer is not installed. */
  notFound: 4,
  /** The API server does not answer. */
  unreachable: 5,
  /** Something else failed. */
  failed: 6,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Stable codes of the errors that end a command. */
export type CliErrorCode =
  | 'BadInput'
  | 'NoLogin'
  | 'NoRight'
  | 'NotFound'
  | 'NotInstalled'
  | 'Unreachable'
  | 'Failed';

const EXIT_CODES: Readonly<Record<CliErrorCode, ExitCode>> = {
  BadInput: EXIT.usage,
  NoLogin: EXIT.noAccess,
  NoRight: EXIT.noAccess,
  NotFound: EXIT.notFound,
  NotInstalled: EXIT.notFound,
  Unreachable: EXIT.unreachable,
  Failed: EXIT.failed,
};

/** An error with a text that says what was tried, what was found and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: CliErrorCode;

  constructor(code: CliErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  get exitCode(): ExitCode {
    return EXIT_CODES[this.code];
  }
}
