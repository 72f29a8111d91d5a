import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appliedFields, sorted } from '../../../operator/reconcile/applied-fields.ts';
import { goldenChildren } from '../golden.ts';

const same = (live: unknown, applied: unknown): boolean =>
  JSON.stringify(appliedFields(live, applied)) === JSON.stringify(appliedFields(applied, applied));

const ROWS: readonly (readonly [string, unknown, unknown, boolean])[] = [
  ['defaults of the API server do not show', { a: 1, b: 2 }, { a: 1 }, true],
  ['the order of keys does not show', { b: { d: 1, c: 2 }, a: 1 }, { a: 1, b: { c: 2, d: 1 } }, true],
  ['a changed value shows', { a: 2 }, { a: 1 }, false],
  ['a missing value shows', {}, { a: 1 }, false],
  ['a nested value shows', { a: { b: { c: 2 } } }, { a: { b: { c: 1 } } }, false],
  [
    'a container added by somebody else does not show',
    { containers: [{ name: 'x' }, { name: 'p', i: 1 }] },
    { containers: [{ name: 'p' }] },
    true,
  ],
  ['a removed container shows', { containers: [] }, { containers: [{ name: 'p' }] }, false],
  [
    'a variable added by somebody else does not show',
    { env: [{ name: 'A', value: '1' }, { name: 'B' }] },
    { env: [{ name: 'A', value: '1' }] },
    true,
  ],
  [
    'a changed variable shows',
    { env: [{ name: 'A', value: '2' }] },
    { env: [{ name: 'A', value: '1' }] },
    false,
  ],
  [
    'a node port given to a port does not show',
    { ports: [{ port: 1, protocol: 'TCP', nodePort: 9 }] },
    { ports: [{ port: 1, protocol: 'TCP' }] },
    true,
  ],
  [
    'a port with another protocol is another port',
    { ports: [{ port: 1, protocol: 'UDP' }] },
    { ports: [{ port: 1, protocol: 'TCP' }] },
    false,
  ],
  ['an entry added to any other list shows', { verbs: ['get', 'delete'] }, { verbs: ['get'] }, false],
  ['another order of any other list shows', { verbs: ['b', 'a'] }, { verbs: ['a', 'b'] }, false],
  ['a key added to a selector shows', { selector: { a: '1', b: '2' } }, { selector: { a: '1' } }, false],
  ['a list that was replaced by another type shows', { env: 'x' }, { env: [{ name: 'A' }] }, false],
];

for (const [what, live, applied, expected] of ROWS)
  test(`in the applied fields, ${what}`, () => assert.equal(same(live, applied), expected));

test('a change of any single value of any child is detected', () => {
  let places = 0;
  for (const manifest of goldenChildren('everything')) {
    const text = JSON.stringify(manifest);
    assert.ok(same(JSON.parse(text), JSON.parse(text)));
    for (const change of changes(JSON.parse(text))) {
      places++;
      assert.equal(same(change.changed, JSON.parse(text)), false, `${manifest.kind} ${change.at}`);
    }
  }
  assert.ok(places > 150, `${places} places`);
});

/** The object with one leaf changed, for each leaf. */
function* changes(object: unknown): Generator<{ readonly at: string; readonly changed: unknown }> {
  for (const path of leaves(object)) {
    const changed = structuredClone(object) as Record<string, unknown>;
    const last = path.at(-1) ?? '';
    const parent = path
      .slice(0, -1)
      .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, changed);
    parent[last] = 'changed';
    yield { at: path.join('.'), changed };
  }
}

function* leaves(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  if (typeof value !== 'object' || value === null) yield path;
  else for (const [key, entry] of Object.entries(value)) yield* leaves(entry, [...path, key]);
}

test('sorted sorts keys, and leaves lists in their order', () => {
  assert.equal(JSON.stringify(sorted({ b: [{ d: 1, c: 2 }], a: null })), '{"a":null,"b":[{"c":2,"d":1}]}');
});
