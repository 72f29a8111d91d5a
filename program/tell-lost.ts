import type { LostLines } from './output.ts';

/** What this needs of a logger. */
interface Log {
  error(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/**
 * Says in the log, in the place where they would stand, that lines are missing, and why; or that there was
 * trouble, and none is.
 */
export const tellLost =
  (log: Log) =>
  ({ logLines, accessLines, failure }: LostLines): void => {
    const since = failure === undefined ? undefined : new Date(failure.sinceMs).toISOString();
    const fields = { code: failure?.code ?? 'SlowReader', since, logLines, accessLines };
    if (logLines + accessLines > 0) log.error(fields, 'log lines were lost');
    else log.warn(fields, 'log is written again');
  };
