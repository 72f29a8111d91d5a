import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const PATH = 'CONVENTIONS.md';

/** The checks are the rules: each is named, and no other. */
const check = (text: string, checks: readonly string[]): readonly Finding[] => {
  const named = [...text.matchAll(/`test\/meta\/([a-z-]+)`/g)].map(([, name = '']) => name);
  return [
    ...checks
      .filter((name) => !named.includes(name))
      .map((name) => ({ path: PATH, says: `does not name test/meta/${name}` })),
    ...named
      .filter((name) => !checks.includes(name))
      .map((name) => ({ path: PATH, says: `names test/meta/${name}, which is not there` })),
  ];
};

test('CONVENTIONS names every check of test/meta, and no other', () => {
  const files = tree();
  const checks = files.flatMap(({ path }) => /^test\/meta\/(.+)\.test\.ts$/.exec(path)?.[1] ?? []);
  assert.ok(checks.length > 10);
  assert.equal(check('`test/meta/words` `test/meta/gone`', ['words', 'new']).length, 2);
  assertNone(check(files.find(({ path }) => path === PATH)?.text ?? '', checks));
});
