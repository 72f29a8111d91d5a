import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { treePaths } from '../../scripts/verify/tree-copy.ts';

/** A file of the tree; the path is relative to the checkout. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every file that is committed or would be: what git ignores is not part of the project. Sorted by path. */
export const tree = (): readonly SourceFile[] =>
  [...treePaths(ROOT)].sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** The rooms whose code goes into an image. */
export const isProduction = (path: string): boolean =>
  /^(bin|crds|kube|operator|program|proxy|report)\/.*\.(ts|js)$/.test(path);
