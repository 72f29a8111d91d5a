import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readV1 } from '../../../proxy/proxy-protocol/read-v1.ts';
import { readV2 } from '../../../proxy/proxy-protocol/read-v2.ts';
import { Random } from '../../crds/random.ts';
import { randomInput } from './corpus.ts';
import { naiveV1, naiveV2 } from './naive.ts';
import { readText } from './read.ts';

/** `make soak` reads a million. */
const INPUTS = Number(process.env.FUZZ_INPUTS ?? 20_000);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

test('on random inputs both readers say what a second implementation says, and at each length', (t) => {
  t.diagnostic(`SEED=${SEED} FUZZ_INPUTS=${INPUTS}`);
  const random = new Random(SEED);
  const said = new Map<string, number>();
  for (let input = 0; input < INPUTS; input++) {
    const bytes = randomInput(random);
    // Bytes come in any segmentation, so what was said of fewer bytes must agree with what is said of all.
    const first = bytes.subarray(0, random.integer(0, bytes.length));
    for (const [read, naive] of [
      [readV1, naiveV1],
      [readV2, naiveV2],
    ] as const) {
      const whole = readText(read, bytes, random.integer(0, 255));
      const at = `SEED=${SEED} input ${input}: ${bytes.toString('latin1')}`;
      assert.equal(whole, naive(bytes), at);
      const part = readText(read, first, random.integer(0, 255));
      assert.equal(part, naive(first), at);
      if (part !== 'NeedMore') assert.equal(part, whole, at);
      const kind = `${read.name} ${/^[A-Z]\w+/.exec(whole)?.[0] ?? 'Named'}`;
      said.set(kind, (said.get(kind) ?? 0) + 1);
    }
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(said)));
  for (const version of ['readV1', 'readV2'])
    for (const kind of ['NeedMore', 'Missing', 'Malformed', 'Unnamed', 'Named'])
      assert.ok((said.get(`${version} ${kind}`) ?? 0) > INPUTS / 200, `${version} ${kind}`);
});
