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
  ['that was accepted is removed', ACCEPTED, 'Trying', false],
  ['without a verdict is kept', UNSURE, 'Trying', true],
  ['without a verdict is kept although another was refused', UNSURE, 'Held', true],
  ['without a verdict is removed once the rollout has started', UNSURE, 'Open', false],
  ['that was refused is kept as evidence', REFUSED, 'Held', true],
  ['that was refused is removed once the gate is open', REFUSED, 'Open', false],
  ['with an outdated verdict key is removed', probe({ phase: 'Pending' }, 'b'), 'Trying', false],
];

for (const [what, one, gate, isKept] of ROWS)
  test(`a probe pod ${what}`, () => assert.equal(judgeProbe(one, gate, new Set(['a'])).isKept, isKept));

test('a probe pod counts only for a verdict key that is still asked for', () => {
  assert.equal(judgeProbe(ACCEPTED, 'Trying', new Set(['a'])).accepted, 'a');
  assert.equal(judgeProbe(ACCEPTED, 'Trying', new Set(['b'])).accepted, undefined);
  assert.equal(judgeProbe(UNSURE, 'Trying', new Set(['a'])).accepted, undefined);
});

test('pools without a probe pod are those to create one for', () => {
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
