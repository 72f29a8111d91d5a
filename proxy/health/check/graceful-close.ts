import type { CheckResult } from './result.ts';

/** How long an endpoint may take to end the connection, after its check has a result. */
const GOODBYE_MS = 100;

/**
 * The end of a check that has its result. Connections are ended in order: servers log a reset as an error of their client, with every
 * check. And what an endpoint sends meanwhile is read, since the kernel answers bytes that nobody read with a reset.
 */
export interface Goodbye {
  /** The result is known; the endpoint has a moment to end the connection as well. */
  begin(result: CheckResult): void;
  /** The connection is over: the check ends with what is known, or with `otherwise`. */
  over(otherwise: CheckResult): void;
  /** What `begin` was told. */
  known(): CheckResult | undefined;
  clear(): void;
}

/** Begins nothing yet. */
export const createGoodbye = (end: (result: CheckResult) => void): Goodbye => {
  let result: CheckResult | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    begin(known) {
      result ??= known;
      const found = result;
      timer ??= setTimeout(() => end(found), GOODBYE_MS);
    },
    over: (otherwise) => end(result ?? otherwise),
    known: () => result,
    clear: () => clearTimeout(timer),
  };
};
