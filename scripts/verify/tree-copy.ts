import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Paths of committed files, and of new ones that git does not ignore, relative to `root`. */
export const treePaths = (root: string): readonly string[] =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
    .split('\0')
    .filter((path) => path !== '' && existsSync(join(root, path)));

/** Copies the working tree, including uncommitted edits; node_modules is shared through a symbolic link. */
export const copyTree = (from: string, to: string): void => {
  for (const path of treePaths(from)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(join(from, path), join(to, path));
  }
  symlinkSync(join(from, 'node_modules'), join(to, 'node_modules'));
};

/** Files that exist in only one of the folders, or differ. Sorted. */
export const differences = (paths: readonly string[], left: string, right: string): readonly string[] => {
  const content = (path: string): string | undefined =>
    existsSync(path) ? readFileSync(path, 'latin1') : undefined;
  return [...new Set(paths)]
    .filter((path) => content(join(left, path)) !== content(join(right, path)))
    .sort();
};
