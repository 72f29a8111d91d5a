import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { keyedList, passedOn, plainList, textMap, valueSet } from '../../crds/collections.ts';
import { structural } from '../../crds/structural.ts';

const text = z.string().max(9);

test('fields keep their descriptions, bounds and defaults, and those with a default are not required', () => {
  const schema = z.object({
    name: text.regex(/^a/).describe('A name.'),
    count: z.int().min(1).max(5).default(2),
    kind: z.enum(['A', 'B']).optional(),
    big: z.int().min(0),
    on: z.boolean().default(false),
    inner: z.object({ x: z.int().min(0).max(1).default(1) }).prefault({}),
  });
  assert.deepEqual(structural(schema), {
    type: 'object',
    required: ['name', 'big'],
    properties: {
      name: { type: 'string', maxLength: 9, pattern: '^a', description: 'A name.' },
      count: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
      kind: { type: 'string', enum: ['A', 'B'] },
      big: { type: 'integer', minimum: 0 },
      on: { type: 'boolean', default: false },
      inner: {
        type: 'object',
        default: {},
        properties: { x: { type: 'integer', minimum: 0, maximum: 1, default: 1 } },
      },
    },
  });
});

test('lists, sets, maps and opaque objects are marked with Kubernetes’ extensions', () => {
  const schema = z.object({
    keyed: keyedList(z.object({ name: text }), ['name'], 3),
    set: valueSet(text, 3),
    plain: plainList(text, 3),
    map: textMap(3, 9),
    any: passedOn(),
  });
  assert.deepEqual(structural(schema).properties, {
    keyed: {
      type: 'array',
      maxItems: 3,
      items: { type: 'object', properties: { name: { type: 'string', maxLength: 9 } }, required: ['name'] },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
    },
    set: {
      type: 'array',
      maxItems: 3,
      items: { type: 'string', maxLength: 9 },
      'x-kubernetes-list-type': 'set',
    },
    plain: {
      type: 'array',
      maxItems: 3,
      items: { type: 'string', maxLength: 9 },
      'x-kubernetes-list-type': 'atomic',
    },
    map: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 9 },
      maxProperties: 3,
      'x-kubernetes-map-type': 'atomic',
    },
    any: {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      'x-kubernetes-map-type': 'atomic',
    },
  });
});

test('an object that could be emptied is atomic, unless it has a default or a required field', () => {
  const field = z.int().min(0).max(1);
  const schema = z.object({
    optional: z.object({ x: field.default(1) }).optional(),
    standIn: z.object({ x: field.default(1) }).prefault({}),
    needed: z.object({ x: field }).optional(),
  });
  const { properties = {} } = structural(schema);
  assert.deepEqual(
    Object.entries(properties).map(([name, part]) => [name, part['x-kubernetes-map-type']]),
    [
      ['optional', 'atomic'],
      ['standIn', undefined],
      ['needed', undefined],
    ],
  );
});

test('a union of integer and string becomes int-or-string with the bounds of both', () => {
  const schema = z.object({ port: z.union([z.int().min(1).max(9), text.regex(/^a/)]).describe('A port.') });
  assert.deepEqual(structural(schema).properties, {
    port: {
      'x-kubernetes-int-or-string': true,
      minimum: 1,
      maximum: 9,
      maxLength: 9,
      pattern: '^a',
      description: 'A port.',
    },
  });
});

const INEXPRESSIBLE: readonly (readonly [string, z.ZodType, RegExp])[] = [
  ['another union', z.union([text, z.boolean()]), /a union other than of an integer and a string at "field"/],
  [
    'a discriminated union',
    z.discriminatedUnion('t', [z.object({ t: z.literal('a') })]),
    /"oneOf" at "field"/,
  ],
  ['a strict object', z.strictObject({ a: text }), /an object that is strict or loose at "field"/],
  ['a loose object', z.looseObject({ a: text }), /an object that is strict or loose at "field"/],
  ['a value of any type', z.unknown(), /a value of any type at "field"/],
  ['null', text.nullable(), /at "field"/],
  ['a string without a bound', z.string(), /a string without a maximum length at "field"/],
  ['a list without a bound', z.array(text), /a list without a bound at "field"/],
  ['a map without a bound', z.record(z.string(), text), /a map without a bound at "field"/],
  [
    'a list of strings without a bound',
    z.array(z.string()).max(2),
    /a string without a maximum length at "field\[\]"/,
  ],
  ['two patterns', text.regex(/a/).regex(/b/), /"allOf" at "field"/],
  ['an exclusive bound', z.int().gt(5), /"exclusiveMinimum" at "field"/],
  ['a tuple', z.tuple([text]), /"prefixItems" at "field"/],
  ['a date', z.date(), /cannot be represented/],
];

for (const [what, field, message] of INEXPRESSIBLE) {
  test(`a schema with ${what} is refused rather than converted incompletely`, () => {
    assert.throws(() => structural(z.object({ field })), message);
  });
}
