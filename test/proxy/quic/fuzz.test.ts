import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../crds/random.ts';
import { randomInput } from './corpus.ts';
import { naive } from './naive.ts';
import { readText } from './read.ts';

/** `make soak` reads a million. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test('on random datagrams the reader says what a second implementation says', (t) => {
  t.diagnostic(`SEED=${SEED} FUZZ_INPUTS=${INPUTS}`);
  const random = new Random(SEED);
  const said = new Map<string, number>();
  for (let input = 0; input < INPUTS; input++) {
    const bytes = randomInput(random);
    const at = `SEED=${SEED} input ${input}: ${bytes.toString('hex')}`;
    const text = readText(bytes, random.integer(0, 255));
    assert.equal(text, naive(bytes), at);
    const kind = text.replace(/ .*/, '');
    said.set(kind, (said.get(kind) ?? 0) + 1);
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(said)));
  for (const kind of [
    'Short',
    'Initial',
    'ZeroRtt',
    'Handshake',
    'Retry',
    'VersionNegotiation',
    'Other',
    'Malformed',
  ])
    assert.ok((said.get(kind) ?? 0) > INPUTS / 500, kind);
});
