import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../operator/objects/pod.ts';
import { type Gate, VERDICT_LABEL } from '../../../operator/rollout/gate.ts';
import { judgeProbe, untried } from '../../../operator/rollout/judge-probe.ts';
import { forbidden, pod } from '../status/fixtures.ts';

const probe = (status: Pod['status'], key = 'a'): Pod => {
  const { metadata, ...rest } = pod('x', 'n1', status);
  return { ...rest, metadata: { ...metadata, labels: { [VERDICT_LABEL]: key } } };
};
const ACCEPTED = probe({ phase: 'Succeeded' });
const UNSURE = probe({ phase: 'Pending' });
const REFUSED = probe(forbidden('x', 'n1').status);

const ROWS: readonly (readonly [string, Pod, Gate['kind'], boolean])[] = [
  ['that was accepted has nothing more to say', ACCEPTED, 'Trying', false],
  ['that has not answered is waited for', UNSURE, 'Trying', true],
  ['that has not answered is waited for although another was refused', UNSURE, 'Held', true],
  ['is not waited for once the rollout has begun', UNSURE, 'Open', false],
  ['that was refused stays as the proof', REFUSED, 'Held', true],
  ['that was refused goes when the gate is open', REFUSED, 'Open', false],
  ['of another question goes', probe({ phase: 'Pending' }, 'b'), 'Trying', false],
];

for (const [what, one, gate, isKept] of ROWS)
  test(`a probe pod ${what}`, () => assert.equal(judgeProbe(one, gate, new Set(['a'])).isKept, isKept));

test('a probe pod answers only the question that is asked now', () => {
  assert.equal(judgeProbe(ACCEPTED, 'Trying', new Set(['a'])).accepted, 'a');
  assert.equal(judgeProbe(ACCEPTED, 'Trying', new Set(['b'])).accepted, undefined);
  assert.equal(judgeProbe(UNSURE, 'Trying', new Set(['a'])).accepted, undefined);
});

test('pools without a probe pod are those to make one for', () => {
  const waiting = ['a', 'b'].map((verdictKey) => ({
    pool: { key: verdictKey, nodes: [] },
    verdictKey,
    why: '',
  }));
  assert.deepEqual(
    untried(waiting, [UNSURE]).map(({ verdictKey }) => verdictKey),
    ['b'],
  );
});
