import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPath, overlap, type Path, patternPath, valueAt } from '../../crds/path.ts';

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
