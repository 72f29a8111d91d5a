import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lastWords } from '../../../operator/status/last-words.ts';
import { listed, roughly } from '../../../operator/text/lists-and-counts.ts';
import { sentence, stable } from '../../../operator/text/stable.ts';

const TAILS: readonly (readonly [string, string, string])[] = [
  ['the last plain line', '{"msg":"a"}\nplain\n{"msg":"b"}\n', 'plain'],
  [
    'the last JSON line’s text, where there is no plain one',
    '{"msg":"a"}\n{"msg":"b","error":{"message":"c"}}',
    'b: c',
  ],
  ['nothing of a line that was cut', '{"msg":"a","err', ''],
  ['nothing of nothing', '\n', ''],
];

for (const [what, tail, words] of TAILS)
  test(`last words are ${what}`, () => assert.equal(lastWords(tail), words));

const STABLE: readonly (readonly [string, string])[] = [
  ['pods "l4b-edge-x" is forbidden: why', 'why'],
  ['services "l4b-edge" is forbidden: why', 'services "l4b-edge" is forbidden: why'],
  ['at 2026-11-23T10:00:00Z it broke', 'at it broke'],
  ['read udp 10.0.0.1:40312->10.0.0.2:53: timeout', 'read udp 10.0.0.1->10.0.0.2:53: timeout'],
  ['two\n lines', 'two lines'],
];

for (const [text, expected] of STABLE)
  test(`"${text}" is told as "${expected}"`, () => assert.equal(stable(text), expected));

test('a text too long to read is cut', () => assert.equal(stable('x'.repeat(5000)).length, 600));

test('a sentence ends once', () => {
  assert.deepEqual([sentence('a'), sentence('a.'), sentence('a…')], ['a.', 'a.', 'a…']);
});

test('lists are sorted, name each once, and end somewhere', () => {
  assert.equal(listed([]), '');
  assert.equal(listed(['b', 'a', 'b']), 'a and b');
  assert.equal(listed(['c', 'b', 'a']), 'a, b and c');
  assert.equal(listed(['d', 'c', 'b', 'a']), 'a, b and 2 more');
});

test('counts that grow are told in steps of ten', () => {
  assert.deepEqual([1, 9, 10, 99, 100, 12_345].map(roughly), [
    'a few',
    'a few',
    'at least 10',
    'at least 10',
    'at least 100',
    'at least 10000',
  ]);
});
