import { pino } from 'pino';
import type { Output } from '../../program/output.ts';
import { reportLost } from '../../program/report-lost.ts';

export type Logger = pino.Logger;

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines, written immediately: the last lines before an exit matter most. */
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
