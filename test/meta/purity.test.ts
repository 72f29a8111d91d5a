import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutComments } from './comments.ts';
import { assertNone, type Finding, matches } from './finding.ts';
import { importsOf } from './imports.ts';
import { type SourceFile, tree } from './tree.ts';

const PURE =
  /^(cli\/(bundle\/(redact|tar)|convert\/(?!run-)|diff\/(?!run-|lines)|picture\/|preflight\/(?!allowed-|gather|run-|lines)|why\/(?!run-|answer))|operator\/(capacity|desired|history|objects|rollout|shares|status|sysctls|text)\/|proxy\/(address-set|configuration|start-tls|table|tls)\/|report\/(?!generate)|crds\/(parse|understand)\.ts$)/;

/** Node functions whose result depends only on their arguments. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': ['createHash', 'hash'],
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
};
const PACKAGES = ['zod', 'yaml'];

const IMPURE =
  /\b(Date\.now|new Date\(\)|performance\b|Math\.random|crypto\.random\w+|process\.|setTimeout|setInterval|setImmediate|queueMicrotask|fetch\(|console\.|globalThis)/g;

const impureImports = (file: SourceFile): readonly Finding[] =>
  importsOf(file)
    .filter(({ target, typeOnly, names }) => {
      if (typeOnly || target.includes('/') || PACKAGES.includes(target)) return false;
      const harmless = HARMLESS[target] ?? [];
      return names.length === 0 || names.some((name) => !harmless.includes(name));
    })
    .map(({ target, line }) => ({
      path: file.path,
      line,
      message: `must be pure, so it must not import ${target}`,
    }));

const impureCode = ({ path, text }: SourceFile): readonly Finding[] =>
  matches(
    { path, text: withoutComments(text) },
    IMPURE,
    (what) => `must be pure, so it must not use ${what}: pass it as an argument`,
  );

/** The files of the pure rooms, and all files that they import, directly or not. */
const reached = (files: readonly SourceFile[]): readonly SourceFile[] => {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set(files.filter(({ path }) => PURE.test(path)));
  for (const file of seen)
    for (const { target, typeOnly } of importsOf(file)) {
      const next = byPath.get(target);
      if (next && !typeOnly) seen.add(next);
    }
  return [...seen];
};

const check = (files: readonly SourceFile[]): readonly Finding[] =>
  reached(files).flatMap((file) => [...impureImports(file), ...impureCode(file)]);

const examples: readonly (readonly [string, string, number])[] = [
  ['a clock', 'export const a = () => Date.now();', 1],
  ['a date of now', 'export const a = () => new Date().toISOString();', 1],
  ['randomness', 'export const a = () => Math.random();', 1],
  ['the environment', 'export const a = process.env.HOME;', 1],
  ['a timer', 'setTimeout(() => {}, 1);', 1],
  ['a file', "import { readFileSync } from 'node:fs';", 1],
  ['keys', "import { createHash, randomBytes } from 'node:crypto';", 1],
  ['a file, by type only', "import type { Stats } from 'node:fs';", 0],
  ['a hash', "import { createHash } from 'node:crypto';", 0],
  ['a given date', 'export const a = (now: number) => new Date(now).toISOString();', 0],
  ['the word process in a comment', '// one process. Another one.', 0],
];

for (const [what, text, findings] of examples)
  test(`a pure room ${findings > 0 ? 'must not' : 'may'} use ${what}`, () => {
    assert.equal(check([{ path: 'proxy/table/a.ts', text }]).length, findings);
    assert.equal(check([{ path: 'proxy/relay-engine/a.ts', text }]).length, 0);
  });

test('a file that a pure room imports must be pure, too', () => {
  const files = [
    { path: 'operator/desired/a.ts', text: "import { b } from '../b.ts';" },
    { path: 'operator/b.ts', text: 'export const b = () => Date.now();' },
  ];
  assert.deepEqual(
    check(files).map(({ path }) => path),
    ['operator/b.ts'],
  );
});

test('the pure rooms use no clock, randomness, process, file, network or timer', () => {
  assertNone(check(tree().filter(({ path }) => path.endsWith('.ts'))));
});
