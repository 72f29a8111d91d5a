import { isAbsolute, join } from 'node:path';
import type { Finding } from '../../crds/finding.ts';
import { ListReader } from '../address-set/list-reader.ts';
import { readListFile } from './list-files.ts';

/** Problems of one file that are reported; a file of the wrong kind has one in each line. */
const MOST_PROBLEMS = 10;
const LINES = 100_000;

/** What is wrong in a file, by the path that it was opened with. */
export interface FileFinding {
  readonly file: string;
  readonly finding: Finding;
}

/** Reads lists of sources whose paths are relative to `folder`, each to its end. */
export const checkListFiles = (names: readonly string[], folder: string): readonly FileFinding[] =>
  names.flatMap((name) => {
    const file = isAbsolute(name) ? name : join(folder, name);
    return problemsOf(file).map((finding) => ({ file, finding }));
  });

const problemsOf = (file: string): readonly Finding[] => {
  const content = readListFile(file);
  if (!content.ok) return [{ path: '', message: content.problem }];
  const found: Finding[] = [];
  const reader = new ListReader();
  reader.begin(content.text, 'AllowOrDeny');
  for (;;) {
    if (reader.read(LINES)) continue;
    const { problem } = reader;
    if (problem === undefined) return found;
    if (found.length === MOST_PROBLEMS)
      return [...found, { path: '', line: problem.line, message: 'and more: correct these first' }];
    found.push({ path: '', ...problem });
    reader.passOver();
  }
};
