import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LineSplitter } from '../../kube/split-lines.ts';

const TEXT = 'one\n\nzwei Äpfel 🍏\n{"a":1}\nrest ü';
const LINES = ['one', 'zwei Äpfel 🍏', '{"a":1}'];

describe('a stream split into lines', () => {
  const bytes = Buffer.from(TEXT);
  for (const size of [1, 2, 3, 7, bytes.length]) {
    test(`is complete from chunks of ${size} bytes`, () => {
      const splitter = new LineSplitter();
      const lines: string[] = [];
      for (let at = 0; at < bytes.length; at += size)
        lines.push(...splitter.push(bytes.subarray(at, at + size)));
      assert.deepEqual(lines, LINES);
      assert.equal(splitter.rest(), 'rest ü');
      assert.equal(splitter.rest(), '');
    });
  }

  test('throws if a line does not end', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(16 * 1024 * 1024, 'x');
    assert.throws(() => {
      for (let i = 0; i < 5; i++) splitter.push(chunk);
    }, RangeError);
  });
});
