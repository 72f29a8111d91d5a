import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * An environment variable that marks a program and every process that it starts, to distinguish them from all
 * other processes.
 */
export const makeMark = (): { readonly name: string; readonly value: string } => ({
  name: 'L4B_TEST_MARK',
  value: randomUUID(),
});

/** The ids of running processes that have the mark in their environment. */
export const markedProcesses = ({ name, value }: ReturnType<typeof makeMark>): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${name}=${value}`);
    } catch {
      return false; // ended meanwhile
    }
  });
