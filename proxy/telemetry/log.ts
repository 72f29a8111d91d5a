import { pino } from 'pino';
import type { LogLevel } from './log-level.ts';

export type Logger = pino.Logger;

/**
 * JSON lines on stdout. Written synchronously: the last lines before an exit are the ones that matter, and the acceptors never
 * log, so a slow reader of stdout delays the control thread only.
 */
export const createLog = (level: LogLevel): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    pino.destination({ fd: 1, sync: true }),
  );
