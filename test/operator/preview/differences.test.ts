import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences } from '../../../operator/preview/differences.ts';

const ROWS: readonly (readonly [string, unknown, unknown, readonly string[]])[] = [
  ['the same', { spec: { replicas: 2 } }, { spec: { replicas: 2 } }, []],
  ['a value', { spec: { replicas: 2 } }, { spec: { replicas: 3 } }, ['spec.replicas: 2 → 3']],
  ['values that the API server omits', { spec: {} }, { spec: { paused: false, list: [], map: {} } }, []],
  ['a missing value', { spec: {} }, { spec: { paused: true } }, ['spec.paused: nothing → true']],
  ['defaults and fields of others', { spec: { a: 1, theirs: 2 }, status: {} }, { spec: { a: 1 } }, []],
  [
    'equal quantities in other notations',
    { cpu: '1', memory: '1Gi' },
    { cpu: '1000m', memory: '1024Mi' },
    [],
  ],
  ['quantities', { cpu: '1' }, { cpu: '1500m' }, ['cpu: "1" → "1500m"']],
  ['text that is not a quantity', { a: 'x' }, { a: 'y' }, ['a: "x" → "y"']],
  [
    'lists that are merged by name',
    { containers: [{ name: 'theirs' }, { name: 'proxy', image: 'a:1' }] },
    { containers: [{ name: 'proxy', image: 'a:2' }] },
    ['containers[0].image: "a:1" → "a:2"'],
  ],
  ['defaults in the entries of lists', { list: [{ a: 1, byDefault: 2 }] }, { list: [{ a: 1 }] }, []],
  ['lists of another length', { args: ['a'] }, { args: ['a', 'b'] }, ['args[1]: nothing → "b"']],
];

for (const [what, live, wanted, expected] of ROWS)
  test(`differences lists for ${what}: ${expected.length === 0 ? 'nothing' : expected.join(', ')}`, () => {
    assert.deepEqual(differences(live, wanted), expected);
  });
