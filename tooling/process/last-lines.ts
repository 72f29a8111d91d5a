import { readFileSync } from 'node:fs';

const LOG_LINES = 15;

/** The last lines of a log, or the reason why it cannot be read. */
export function lastLines(path: string, count: number = LOG_LINES): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch (cause) {
    return `(${cause instanceof Error ? cause.message : String(cause)})`;
  }
}
