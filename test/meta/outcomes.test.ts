import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutComments } from './comments.ts';
import { assertNone, type Check, type Finding, lineAt } from './finding.ts';
import { isProduction, tree } from './tree.ts';

/** The text from the first opening brace at or after `start` to the one that closes it. */
const blockAt = (text: string, start: number): string => {
  const open = text.indexOf('{', start);
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(open, at + 1);
  }
  return text.slice(open);
};

/** With `default: x satisfies never` the compiler rejects a switch that misses a case. */
const switches: Check = ({ path, text }) => {
  if (!isProduction(path)) return [];
  const code = withoutComments(text);
  return [...code.matchAll(/\bswitch \(/g)]
    .filter(({ index }) => !/\bdefault:/.test(blockAt(code, code.indexOf(')', index))))
    .map(({ index }) => ({
      path,
      line: lineAt(code, index),
      message:
        'has a switch without default: if all cases are known, end it with `default: x satisfies never`',
    }));
};

/** `catch {` drops the error; a comment inside must say why that is right. */
const drops: Check = ({ path, text }) =>
  isProduction(path)
    ? [...text.matchAll(/\bcatch \{|\.catch\(\(\) =>[^\n]*/g)].flatMap(
        ({ index, 0: found }): readonly Finding[] => {
          const reach = found.endsWith('{') ? blockAt(text, index) : found;
          return /\/\/|\/\*/.test(reach)
            ? []
            : [
                {
                  path,
                  line: lineAt(text, index),
                  message: 'drops an error without a comment that says why',
                },
              ];
        },
      )
    : [];

test('every switch has a default, so that the compiler can check that no case is missing', () => {
  const path = 'kube/a.ts';
  assert.equal(
    switches({ path, text: 'switch (a(b)) {\n  case 1: {\n    break;\n  }\n}\ndefault: 1' }).length,
    1,
  );
  assert.equal(
    switches({ path, text: 'switch (a) {\n  case 1:\n    break;\n  default:\n    a satisfies never;\n}' })
      .length,
    0,
  );
  assertNone(tree().flatMap(switches));
});

test('no error is dropped without a comment that says why', () => {
  const path = 'kube/a.ts';
  assert.equal(
    drops({ path, text: 'try {\n  a();\n} catch {\n  return;\n}\n// a comment elsewhere' }).length,
    1,
  );
  assert.equal(drops({ path, text: 'try {\n  a();\n} catch {\n  return; // it is gone\n}' }).length, 0);
  assert.equal(drops({ path, text: 'promise.catch(() => undefined);' }).length, 1);
  assertNone(tree().flatMap(drops));
});
