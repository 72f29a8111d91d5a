import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commentsIn } from './comments.ts';
import { assertNone, type Check } from './finding.ts';
import { tree } from './tree.ts';

const WIDTH = 110;
/** A comment for a tool has to stay on one line. */
const FOR_TOOLS = /^\W*(?:biome-ignore|@ts-|node:coverage)/;

const check: Check = ({ path, text }) => {
  const lines = text.split('\n');
  return /\.([jt]s|tsx)$/.test(path)
    ? commentsIn(text)
        .filter(
          ({ line, text: comment }) => (lines[line - 1] ?? '').length > WIDTH && !FOR_TOOLS.test(comment),
        )
        .map(({ line }) => ({
          path,
          line,
          message: `a comment exceeds column ${WIDTH}: wrap it`,
        }))
    : [];
};

/** Folders, with all in them, where the rule holds. Each joins when its comments are revised. */
const HOLDS_IN: readonly string[] = [
  'bin',
  'charts',
  'cli',
  'cluster',
  'crds',
  'e2e',
  'kube',
  'operator',
  'page',
  'program',
  'proxy',
  'scripts',
  'test/bench',
  'test/chart',
  'test/cli',
  'test/cluster',
  'test/crds',
  'test/kube',
  'test/meta',
  'test/operator',
  'test/page',
  'test/program',
  'test/proxy',
  'test/scripts',
  'test/soak',
  'test/tooling',
  'tooling',
];

test('comments wrap at 110 columns', () => {
  const linesOf = (text: string) => check({ path: 'a.ts', text }).map(({ line }) => line);
  const long = 'word '.repeat(25);
  assert.deepEqual(linesOf(`// short\n// ${long}\nconst a = '// ${long}';\n`), [2]);
  assert.deepEqual(linesOf(`/**\n * ${long}\n * short\n */\nconst a = 1; // ${long}`), [2, 5]);
  assert.deepEqual(linesOf(`// biome-ignore lint/a: ${long}`), []);
  assertNone(
    tree()
      .filter(({ path }) => HOLDS_IN.some((folder) => path.startsWith(`${folder}/`)))
      .flatMap(check),
  );
});
