import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const PATH = 'CONVENTIONS.md';

/** CONVENTIONS must name each check, and only checks that exist. */
const check = (text: string, checks: readonly string[]): readonly Finding[] => {
  const named = [...text.matchAll(/`test\/meta\/([a-z-]+)`/g)].map(([, name = '']) => name);
  return [
    ...checks
      .filter((name) => !named.includes(name))
      .map((name) => ({ path: PATH, message: `does not name test/meta/${name}` })),
    ...named
      .filter((name) => !checks.includes(name))
      .map((name) => ({ path: PATH, message: `names test/meta/${name}, which does not exist` })),
  ];
};

test('CONVENTIONS names exactly the checks of test/meta', () => {
  const files = tree();
  const checks = files.flatMap(({ path }) => /^test\/meta\/(.+)\.test\.ts$/.exec(path)?.[1] ?? []);
  assert.ok(checks.length > 10);
  assert.equal(check('`test/meta/words` `test/meta/gone`', ['words', 'new']).length, 2);
  assertNone(check(files.find(({ path }) => path === PATH)?.text ?? '', checks));
});
