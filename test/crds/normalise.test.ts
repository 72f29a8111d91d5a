import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { keyedList, passedOn, textMap, valueSet } from '../../crds/collections.ts';
import { normalise } from '../../crds/normalise.ts';
import { structural } from '../../crds/structural.ts';

const text = z.string().max(9);
const schema = structural(
  z.object({
    entries: keyedList(z.object({ name: text, size: z.int().max(9).default(1) }), ['name'], 9).optional(),
    numbers: valueSet(z.int().max(9), 9).optional(),
    map: textMap(9, 9).optional(),
    any: passedOn().optional(),
    inner: z.object({ deep: z.object({ on: z.boolean().default(true) }).prefault({}) }).prefault({}),
  }),
);

const normalised = (input: unknown): unknown => normalise(schema, input, []).value;
const defaults = { inner: { deep: { on: true } } };

test('defaults are filled in at every depth, for null as well', () => {
  assert.deepEqual(normalised({}), defaults);
  assert.deepEqual(normalised({ inner: null }), defaults);
  assert.deepEqual(normalised({ inner: { deep: { on: null } } }), defaults);
  assert.deepEqual(normalised({ entries: [{ name: 'a' }] }), {
    entries: [{ name: 'a', size: 1 }],
    ...defaults,
  });
});

test('null is dropped from fields and maps, and kept in lists and opaque objects', () => {
  assert.deepEqual(normalised({ map: { a: null, b: 'c' }, entries: null }), { map: { b: 'c' }, ...defaults });
  assert.deepEqual(normalised({ entries: [null], any: { x: null } }), {
    entries: [null],
    any: { x: null },
    ...defaults,
  });
});

test('unknown fields are dropped and reported with their paths, except in opaque objects', () => {
  const input = {
    typo: 1,
    inner: { deep: { off: true } },
    entries: [{ name: 'a', zize: 2 }],
    any: { fine: 1 },
  };
  const { value, unknown } = normalise(schema, input, ['spec']);
  assert.deepEqual(value, { entries: [{ name: 'a', size: 1 }], any: { fine: 1 }, ...defaults });
  assert.deepEqual(unknown.map((path) => path.join('.')).sort(), [
    'spec.entries.0.zize',
    'spec.inner.deep.off',
    'spec.typo',
  ]);
});

test('repeated keys and values refer to the first occurrence', () => {
  const input = { entries: [{ name: 'a' }, { name: 'b' }, { name: 'a' }, {}, {}], numbers: [1, 2, 1, 1] };
  assert.deepEqual(normalise(schema, input, []).duplicates, [
    { at: ['entries', 2], first: ['entries', 0], keys: ['name'] },
    { at: ['numbers', 2], first: ['numbers', 0], keys: [] },
    { at: ['numbers', 3], first: ['numbers', 0], keys: [] },
  ]);
});

test('values of the wrong type are left for the schema to refuse', () => {
  for (const input of [null, 5, 'x', [], true]) assert.deepEqual(normalised(input), input);
  assert.deepEqual(normalised({ entries: 'x', map: [], inner: 5 }), { entries: 'x', map: [], inner: 5 });
});

test('keys such as __proto__ and constructor are harmless', () => {
  const input: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": 1, "map": {"__proto__": "x"}}');
  const { value, unknown } = normalise(schema, input, []);
  assert.deepEqual(unknown, [['__proto__'], ['constructor']]);
  const { map } = value as { map: object };
  assert.deepEqual(Object.keys(map), ['__proto__']);
  assert.equal(Object.getPrototypeOf(map), Object.prototype);
});

test('the input is not changed, and outputs do not share defaults', () => {
  const input = Object.freeze({ entries: Object.freeze([Object.freeze({ name: 'a' })]) });
  const first = normalised(input) as { inner: { deep: { on: boolean } } };
  first.inner.deep.on = false;
  assert.deepEqual(normalised({}), defaults);
});
