import { readFileSync } from 'node:fs';
import type { ReadText } from './cpu-quota.ts';

/** Reads a file of /proc or /sys. */
export const readText: ReadText = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // it does not exist, or this process may not read it: the caller handles that
  }
};
