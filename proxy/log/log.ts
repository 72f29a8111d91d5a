import { pino } from 'pino';
import type { Output } from '../../program/output.ts';
import { reportLost } from '../../program/report-lost.ts';
import type { LogLevel } from './log-level.ts';

export type Logger = pino.Logger;

/**
 * A log of JSON lines, each of which is written at once as far as the reader keeps up: the last lines before
 * an exit matter most.
 */
export const createLog = (level: LogLevel, output: Output): Logger => {
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    output,
  );
  output.onLost(reportLost(log));
  return log;
};
