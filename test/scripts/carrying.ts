import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * A variable for the environment of a program, by which it and all that it starts are told from everything
 * else.
 */
export const makeMark = (): { readonly name: string; readonly value: string } => ({
  name: 'L4B_TEST_MARK',
  value: randomUUID(),
});

/** Process ids that carry the mark in their environment and have not ended. */
export const carrying = ({ name, value }: ReturnType<typeof makeMark>): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${name}=${value}`);
    } catch {
      return false; // ended meanwhile
    }
  });
