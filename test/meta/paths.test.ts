import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, lineAt } from './finding.ts';
import { tree } from './tree.ts';

const PATH = /`([\w.-]+\/[\w./-]*)`/g;

/** Paths in backquotes must exist; `.ts`, `.test.ts` and a trailing slash may be omitted. */
const missingPaths = (paths: Iterable<string>): Check => {
  const known = new Set<string>();
  for (const path of paths) {
    known.add(path).add(path.replace(/(?:\.test)?\.ts$/, ''));
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      known.add(path.slice(0, at));
  }
  return ({ path, text }) =>
    path.endsWith('.md')
      ? [...text.matchAll(PATH)]
          .map(({ index, 1: named = '' }) => ({ index, named: named.replace(/\/$/, '') }))
          .filter(({ named }) => known.has(named.split('/')[0] ?? '') && !known.has(named))
          .map(({ index, named }) => ({
            path,
            line: lineAt(text, index),
            message: `names ${named}, which does not exist`,
          }))
      : [];
};

test('paths that documents name exist', () => {
  const check = missingPaths(['crds/parse.ts', 'test/crds/parse.test.ts']);
  const count = (text: string) => check({ path: 'README.md', text }).length;
  assert.equal(count('`crds/parse.ts` `crds/parse` `crds/` `test/crds` `test/crds/parse` `tcp/udp`'), 0);
  assert.equal(count('`crds/gone.ts` `test/kube`'), 2);
  const files = tree();
  assertNone(files.flatMap(missingPaths(files.map(({ path }) => path))));
});
