import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { treePaths } from '../../scripts/verify/tree-copy.ts';

/** A file of the tree; its path is relative to the checkout. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The checkout. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** All files that git tracks or would add, sorted by path. */
export const tree = (): readonly SourceFile[] =>
  [...treePaths(ROOT)].sort().map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** Whether a file is in a room whose code goes into an image. */
export const isProduction = (path: string): boolean =>
  /^(bin|cli|crds|kube|operator|page|program|proxy|report)\/.*\.(tsx?|js)$/.test(path);
