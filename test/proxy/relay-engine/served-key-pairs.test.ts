import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServedKeyPairs } from '../../../proxy/relay-engine/served-key-pairs.ts';
import { selfSigned } from '../certificates.ts';
import { pairOf } from './tls-world.ts';

/** Key pairs in a memory whose addresses count up, and which notes what was freed. */
const memory = () => {
  const freed: number[] = [];
  let next = 0;
  let isFull = false;
  return {
    freed,
    fill: (full: boolean) => {
      isFull = full;
    },
    native: {
      load: () => (isFull ? undefined : { certificate: ++next, chain: [], key: next }),
      free: ({ certificate }: { readonly certificate: number }) => freed.push(certificate),
    },
  };
};

const A = pairOf(selfSigned(['a.test']));
const B = pairOf(selfSigned(['b.test']));

test('a pair is loaded once for all tables that have it, and freed when none has it any more', () => {
  const { native, freed } = memory();
  const served = new ServedKeyPairs(native);
  const first = served.load([A, B]);
  assert.deepEqual(
    first.map(({ native: { certificate } }) => certificate),
    [1, 2],
  );
  const second = served.load([B, A]);
  assert.deepEqual(new Set(second), new Set(first));
  served.keepOnly(first.slice(0, 1));
  assert.deepEqual(freed, [2]);
  assert.equal(served.load([B])[0]?.native.certificate, 3);
  served.keepOnly([]);
  assert.deepEqual(freed, [2, 1, 3]);
  assert.equal(served.count, 0);
});

test('what acceptors get of a pair has no text of its key', () => {
  const { native } = memory();
  const [loaded] = new ServedKeyPairs(native).load([A]);
  assert.deepEqual(Object.keys(structuredClone(loaded) ?? {}).sort(), ['id', 'kind', 'names', 'native']);
});

test('a pair for which there is no memory is left out, and loaded with a later table', () => {
  const { native, fill } = memory();
  const served = new ServedKeyPairs(native);
  fill(true);
  assert.deepEqual(served.load([A]), []);
  fill(false);
  assert.equal(served.load([A]).length, 1);
});
