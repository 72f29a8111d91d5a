import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sentence, stable } from '../../../operator/text/stable.ts';

const STABLE: readonly (readonly [string, string])[] = [
  ['pods "l4b-edge-x" is forbidden: why', 'why'],
  ['services "l4b-edge" is forbidden: why', 'services "l4b-edge" is forbidden: why'],
  ['at 2026-11-23T10:00:00Z it broke', 'at it broke'],
  ['Since 2026-11-23T10:00:00.123Z, metrics cannot be sent', 'metrics cannot be sent'],
  ['was to be replaced by 2026-11-23T10:00:00.000Z', 'was to be replaced by 2026-11-23T10:00:00.000Z'],
  ['read udp 10.0.0.1:40312->10.0.0.2:53: timeout', 'read udp 10.0.0.1->10.0.0.2:53: timeout'],
  ['two\n lines', 'two lines'],
];

for (const [text, expected] of STABLE)
  test(`"${text}" is reduced to "${expected}"`, () => assert.equal(stable(text), expected));

test('a text that is too long is truncated', () => assert.equal(stable('x'.repeat(5000)).length, 600));

test('a sentence gets a full stop only if it lacks one', () => {
  assert.deepEqual([sentence('a'), sentence('a.'), sentence('a…')], ['a.', 'a.', 'a…']);
});
