import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../crds/nearest.ts';
import { formatPath, overlap, type Path, patternPath, valueAt } from '../../crds/path.ts';
import { oneOf, show } from '../../crds/words.ts';

const NEAREST: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['helthCheck', ['name', 'healthCheck'], 'healthCheck'],
  ['HEALTHCHECK', ['healthCheck'], 'healthCheck'],
  ['wbe', ['web', 'db'], 'web'],
  ['redis', ['web', 'db'], undefined],
  ['x', ['y'], 'y'],
  ['ports', ['port', 'sorts'], 'port'],
  ['', ['a'], undefined],
  ['completely', ['different'], undefined],
  ['a'.repeat(100_000), ['a'], undefined],
];

for (const [word, candidates, expected] of NEAREST) {
  test(`the nearest match for "${word.slice(0, 20)}" among ${candidates.join(', ')} is ${expected ?? 'none'}`, () => {
    assert.equal(nearest(word, candidates), expected);
  });
}

test('a value is formatted short and on one line', () => {
  assert.deepEqual(
    ['a"b\n', 'x'.repeat(100), 5, true, 5n, null, undefined, [1], { a: 1 }, () => 0, Symbol('x')].map(show),
    [
      '"a\\"b\\n"',
      `"${'x'.repeat(57)}..."`,
      '5',
      'true',
      '5',
      'nothing',
      'nothing',
      'a list',
      'an object',
      'a function',
      'a symbol',
    ],
  );
});

test('alternatives are joined with commas and "or"', () => {
  assert.deepEqual([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(oneOf), ['', 'a', 'a or b', 'a, b or c']);
});

test('a path is formatted in Kubernetes’ notation', () => {
  const paths: readonly (readonly [Path, string])[] = [
    [[], ''],
    [['spec', 'listeners', 1, 'port'], 'spec.listeners[1].port'],
    [['spec', 'workload', 'podLabels', 'example.com/a'], 'spec.workload.podLabels[example.com/a]'],
    [['spec', 'workload', 'podLabels', ''], 'spec.workload.podLabels[]'],
  ];
  for (const [path, text] of paths) assert.equal(formatPath(path), text);
});

test('a value is looked up by own properties only', () => {
  const root = { a: [{ b: 1 }] };
  assert.equal(valueAt(root, ['a', 0, 'b']), 1);
  assert.equal(valueAt(root, ['a', 1, 'b']), undefined);
  assert.equal(valueAt(root, ['constructor']), undefined);
  assert.equal(valueAt(null, ['a']), undefined);
});

test('a pattern overlaps a path if one is a prefix of the other', () => {
  const at = ['spec', 'listeners', 1, 'port'];
  const cases: readonly (readonly [string, boolean])[] = [
    ['', true],
    ['spec', true],
    ['spec.listeners[].port', true],
    ['spec.listeners[?].port', true],
    ['spec.listeners[].port.x', true],
    ['spec.listeners[].name', false],
    ['spec.listeners.port', false],
    ['spec.backends', false],
  ];
  for (const [pattern, expected] of cases) assert.equal(overlap(patternPath(pattern), at), expected, pattern);
});
