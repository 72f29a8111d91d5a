import { readFileSync } from 'node:fs';
import type { ReadText } from './cpu-quota.ts';

/** Reads files of /proc and /sys. */
export const readText: ReadText = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not there, or hidden from this process: the reader says what that means
  }
};
