import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutComments } from './comments.ts';
import { assertNone, type Check, matches } from './finding.ts';
import { tree } from './tree.ts';

const RE_EXPORT = /^export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s*from\s*['"][^'"]+['"];?/gm;

const check: Check = ({ path, text }) => {
  if (!path.endsWith('.ts')) return [];
  if (/(^|\/)(index|mod)\.ts$/.test(path))
    return [{ path, message: 'is named like a barrel file: name it after its one idea' }];
  return matches(
    { path, text: withoutComments(text) },
    RE_EXPORT,
    () => 're-exports from another file: import from that file directly',
  );
};

const examples: readonly (readonly [string, string, number])[] = [
  ['proxy/relay-engine/index.ts', 'export const a = 1;', 1],
  ['proxy/relay-engine/all.ts', "// all\nexport { a } from './a.ts';\nexport type { B } from './b.ts';\n", 2],
  ['proxy/relay-engine/all.ts', "export * from './a.ts';\n", 1],
  ['proxy/relay-engine/own.ts', "export { a } from './a.ts';\nexport const b = 1;\n", 1],
  ['proxy/relay-engine/own.ts', "import { a } from './a.ts';\nexport const b = a;\nexport { b as c };\n", 0],
];

test('no file re-exports from another file', () => {
  for (const [path, text, findings] of examples)
    assert.equal(check({ path, text }).length, findings, `${path}: ${text}`);
  assertNone(tree().flatMap(check));
});
