import type { CheckResult } from './result.ts';

/** How long an endpoint may take to close the connection after its check has a result. */
const CLOSE_WAIT_MS = 100;

/**
 * Closes the connection of a check that has its result. Connections are closed in order, because servers log
 * a reset as an error of the client, with every check. Data that the endpoint sends in the meantime is read,
 * because the kernel answers unread data with a reset.
 */
export interface GracefulClose {
  /** Records the result and gives the endpoint a moment to close the connection as well. */
  begin(result: CheckResult): void;
  /**
   * The connection is closed: ends the check with the recorded result, or with `fallback` if there is none.
   */
  onClosed(fallback: CheckResult): void;
  /** Ends the check with this result, whatever was recorded. */
  overrule(result: CheckResult): void;
  /** The recorded result, if any. */
  result(): CheckResult | undefined;
  cancel(): void;
}

/** Nothing is recorded at first, and no timer runs. */
export const createGracefulClose = (end: (result: CheckResult) => void): GracefulClose => {
  let recorded: CheckResult | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(result) {
      recorded ??= result;
      const found = recorded;
      timer ??= setTimeout(() => end(found), CLOSE_WAIT_MS);
    },
    onClosed: (fallback) => end(recorded ?? fallback),
    overrule: end,
    result: () => recorded,
    cancel: () => clearTimeout(timer),
  };
};
