import { pino } from 'pino';
import type { Output } from './output.ts';
import { reportLost } from './report-lost.ts';

export type Logger = pino.Logger;

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The log of a program: JSON lines, each of which is written at once as far as the reader keeps up, because
 * the last lines before an exit matter most.
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
