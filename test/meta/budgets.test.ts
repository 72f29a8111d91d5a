import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check } from './finding.ts';
import { isGenerated } from './generated.ts';
import { tree } from './tree.ts';

const MOST_LINES = 400;

const lines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const isHandwritten = (path: string): boolean =>
  /\.(tsx?|css|js|go|c|h|sh|py|yaml|yml|tpl)$|^Makefile$|^\.ci\/run$/.test(path) &&
  !isGenerated(path) &&
  !/(^|\/)golden\/|\.golden\./.test(path);

const check: Check = ({ path, text }) =>
  isHandwritten(path) && lines(text) > MOST_LINES
    ? [{ path, message: `has ${lines(text)} lines, more than ${MOST_LINES}: split it by idea` }]
    : [];

test(`no handwritten file has more than ${MOST_LINES} lines`, (t) => {
  assert.equal(check({ path: 'proxy/a.ts', text: 'x;\n'.repeat(401) }).length, 1);
  assert.equal(check({ path: 'proxy/a.ts', text: 'x;\n'.repeat(400) }).length, 0);
  assert.equal(check({ path: 'crds/l4balancers.yaml', text: 'x:\n'.repeat(401) }).length, 0);
  const files = tree();
  const sizes = files
    .filter(({ path }) => path.endsWith('.ts'))
    .map(({ text }) => lines(text))
    .sort((a, b) => a - b);
  t.diagnostic(
    `${sizes.length} TypeScript files, median ${sizes[sizes.length >> 1]} lines, largest ${sizes.at(-1)}`,
  );
  assertNone(files.flatMap(check));
});
