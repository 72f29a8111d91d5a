import { pino } from 'pino';
import type { Output } from '../../program/output.ts';
import type { EndedConnection } from '../engine/ended-connection.ts';
import { connectionFields } from './connection-fields.ts';

/**
 * Writes one line for each ended connection, marked with `"log":"access"` and without a level: LOG_LEVEL
 * concerns the program, not its traffic. Fields that have no value are left out of the line.
 */
export const createAccessLog = (output: Output): ((ended: EndedConnection) => void) => {
  const lines = pino(
    { base: null, timestamp: false, formatters: { level: () => ({ log: 'access' }) } },
    { write: (line) => output.offer(line) },
  );
  return (ended) => {
    if (!output.hasRoom()) {
      output.dropped++;
      return;
    }
    lines.info({ time: new Date(ended.endedAt).toISOString(), ...connectionFields(ended) });
  };
};
