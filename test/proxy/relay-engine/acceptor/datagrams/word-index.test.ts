import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WordIndex } from '../../../../../proxy/relay-engine/acceptor/datagrams/word-index.ts';
import { xorshift } from '../../../../../proxy/relay-engine/acceptor/xorshift.ts';

const WORDS = 3;
const STEPS = 60_000;

/** Keys of few values each, so that many share words, and steps often meet what is there. */
const keyOf = (random: number): Int32Array =>
  Int32Array.of(random & 15, (random >>> 4) & 15, (random >>> 8) & 15);

test('an index finds after any additions and removals what a Map finds', () => {
  const index = new WordIndex(WORDS, { low: 99, high: 1 });
  const known = new Map<string, number>();
  const free = Array.from({ length: 5000 }, (_, number) => number);
  let random = 12_345;
  for (let step = 0; step < STEPS; step++) {
    random = xorshift(random);
    const key = keyOf(random >>> 3);
    const expected = known.get(key.join()) ?? -1;
    assert.equal(index.find(key), expected, `step ${step}`);
    if (expected < 0) {
      const number = free.pop() as number;
      index.add(number, key);
      known.set(key.join(), number);
    } else if ((random & 7) < 5) {
      index.remove(expected);
      known.delete(key.join());
      free.push(expected);
    }
    assert.equal(index.size, known.size);
  }
  for (const [text, number] of known) {
    assert.equal(index.find(Int32Array.from(text.split(','), Number)), number);
    assert.equal(index.word(number, 1), Number(text.split(',')[1]));
  }
});

test('keys that differ in one word only are told apart', () => {
  const index = new WordIndex(WORDS, { low: 7, high: 1 });
  for (let word = 0; word < WORDS; word++) {
    const key = new Int32Array(WORDS);
    key[word] = -1;
    index.add(word, key);
  }
  for (let word = 0; word < WORDS; word++) {
    const key = new Int32Array(WORDS);
    key[word] = -1;
    assert.equal(index.find(key), word);
  }
  assert.equal(index.find(new Int32Array(WORDS)), -1);
});
