import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, matches } from './finding.ts';
import { tree } from './tree.ts';

const GIVER = 'tooling/process/give-input.ts';

const check: Check = (file) =>
  file.path === GIVER
    ? []
    : matches(file, /\bstdin\??\.end\(/g, () => `fails if the child has ended by then: use ${GIVER}`);

test('children get their input in a way that outlives one that ends early', () => {
  const finds = (text: string): number => check({ path: 'test/a.test.ts', text }).length;
  assert.equal(finds("child.stdin.end('text');"), 1);
  assert.equal(finds("child.stdin?.end('text');"), 1);
  assert.equal(finds("giveInput(child, 'text');"), 0);
  assertNone(
    tree()
      .filter(({ path }) => path.endsWith('.ts') && !path.startsWith('test/meta/'))
      .flatMap(check),
  );
});
