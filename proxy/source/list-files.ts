import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { type FileContent, readTextFile } from '../../program/read-file.ts';
import { watchFile } from './file-change.ts';
import { followNames } from './follow-names.ts';
import type { ListContent, SourceLists } from './source-lists.ts';
import type { NameFollower } from './with-named.ts';

/** More than the most entries of a list need. */
const MOST_BYTES = 64 * 1024 * 1024;

export const readListFile = (path: string): FileContent => readTextFile(path, 'list of sources', MOST_BYTES);

const contentOf = (path: string): ListContent => {
  const content = readListFile(path);
  if (!content.ok) return { version: content.problem, code: 'SourceListMissing', problem: content.problem };
  const version = createHash('sha256').update(content.text).digest('hex');
  return { version, texts: [{ where: '', form: 'AllowOrDeny', text: content.text }] };
};

/** Follows files as lists of addresses; paths are relative to `folder`. */
export const followListFiles = (folder: string, lists: SourceLists): NameFollower =>
  followNames(
    (name) => {
      const path = resolve(folder, name);
      const read = (): void => lists.offer(name, path, contentOf(path));
      const stop = watchFile(path, read);
      read();
      return stop;
    },
    (name) => lists.forget(name),
  );
