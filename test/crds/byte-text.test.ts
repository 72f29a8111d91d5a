import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BYTE_TEXT, bytesOf, byteText } from '../../crds/byte-text.ts';

test('text with escapes stands for bytes, one character each', () => {
  for (const [text, bytes] of [
    ['', ''],
    ['status\n', 'status\n'],
    ['a\\r\\n\\t\\\\', 'a\r\n\t\\'],
    ['\\x00\\xfF\\\\x41', '\x00\xff\\x41'],
    ['~ !"[]', '~ !"[]'],
  ] as const) {
    assert.match(text, BYTE_TEXT);
    assert.equal(bytesOf(text), bytes, text);
  }
});

test('text that would be ambiguous is refused', () => {
  for (const text of ['\\', '\\x', '\\x1', '\\xg0', '\\0', '\\q', 'é', '\x00', '\x7f', 'a\\\\\\'])
    assert.doesNotMatch(text, BYTE_TEXT, JSON.stringify(text));
});

test('every byte can be written, and is read back as itself', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const text = byteText(all);
  assert.match(text, BYTE_TEXT);
  assert.deepEqual(Buffer.from(bytesOf(text), 'latin1'), all);
});
