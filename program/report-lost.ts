import type { LostLines } from './output.ts';

/** The part of a logger that is used here. */
interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * Logs, in the position where they would be, that lines are missing and why; or that writing failed for a
 * while.
 */
export const reportLost =
  (log: Log) =>
  ({ logLines, accessLines, failure }: LostLines): void => {
    const since = failure === undefined ? undefined : new Date(failure.sinceMs).toISOString();
    const fields = { code: failure?.code ?? 'SlowReader', since, logLines, accessLines };
    if (logLines + accessLines > 0) log.error(fields, 'log lines were lost');
    else log.warn(fields, 'log is written again');
  };
