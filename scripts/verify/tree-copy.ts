import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Paths of what is committed or would be, relative to `root`. */
export const treePaths = (root: string): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));

/** Copies the tree as it stands, edits that are not committed included; the packages are shared. */
export const copyTree = (from: string, to: string): void => {
  for (const path of treePaths(from)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(from, path), join(to, path));
  }
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
};

/** Files that are in one of the folders only, or differ. Sorted. */
export const differences = (paths: readonly string[], left: string, right: string): readonly string[] => {
  const content = (path: string): string | undefined =>
    existsSync(path) ? readFileSync(path, 'latin1') : undefined;
  return [...new Set(paths)]
    .filter((path) => content(join(left, path)) !== content(join(right, path)))
    .sort();
};
