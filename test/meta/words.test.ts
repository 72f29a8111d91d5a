import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertNone, type Check, matches } from './finding.ts';
import { tree } from './tree.ts';

/** Joins parts, so that this file passes its own check. */
const joined = (...parts: readonly string[]): string => parts.join('');

const RULES: readonly { readonly pattern: RegExp; readonly message: string; readonly example: string }[] = [
  {
    // A cache mount's folder is inside an image.
    pattern: new RegExp(joined('(?<!target=)', '(?<![\\w.~-])/', '(?:root|work|home/\\w+)/'), 'g'),
    message: 'is a path on a particular machine',
    example: joined('const folder = "/', 'root/.cache";'),
  },
  {
    pattern: new RegExp(
      [
        ['registry', 'npmjs', 'org'],
        ['registry', 'yarnpkg', 'com'],
        ['proxy', 'golang', 'org'],
        ['sum', 'golang', 'org'],
        ['(?:deb|ftp|security)', 'debian', 'org'],
        ['pypi', 'org'],
      ]
        .map((host) => host.join('\\.'))
        .join('|'),
      'g',
    ),
    message: 'is the host of a package registry: leave it to the settings of npm, Go and apt',
    example: joined('https://registry.', 'npmjs.org/zod'),
  },
  {
    pattern: new RegExp(joined('\\b(?:TO', 'DO|FIX', 'ME|XX', 'X)\\b'), 'g'),
    message: 'leaves work unfinished: finish or remove it',
    example: joined('// TO', 'DO: later'),
  },
  {
    pattern: new RegExp(joined('\\b(?:test|it|describe|suite|t)\\.', '(?:only|skip|todo)\\('), 'g'),
    message: 'excludes tests',
    example: joined('test.', 'only("a", () => {});'),
  },
  {
    pattern: /^(?:<{7}|>{7})(?: |$)/gm,
    message: 'is left over from a merge',
    example: `${'<'.repeat(7)} HEAD\n`,
  },
];

const check: Check = (file) =>
  /^LICENSE$|package-lock\.json$/.test(file.path)
    ? []
    : RULES.flatMap(({ pattern, message }) => matches(file, pattern, (found) => `"${found}" ${message}`));

for (const { message, example } of RULES)
  test(`nothing in the tree ${message}`, () => {
    assert.equal(check({ path: 'a.ts', text: example }).length, 1, 'the example is not found');
  });

test('no file has a word that does not belong in the project', () => {
  assertNone(tree().flatMap(check));
});
