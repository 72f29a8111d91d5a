import { isAbsolute, join } from 'node:path';
import type { FileFinding } from './check-lists.ts';
import { readTicketKeys } from './read-ticket-keys.ts';

/** Reads files with keys of session tickets, whose paths are relative to `folder`, and says what is wrong. */
export const checkTicketKeysFiles = (files: readonly string[], folder: string): readonly FileFinding[] =>
  files.flatMap((file) => {
    const path = isAbsolute(file) ? file : join(folder, file);
    const read = readTicketKeys(path);
    return read.ok ? [] : [{ file: path, finding: { path: '', message: read.problem } }];
  });
