import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditions } from '../../../operator/status/conditions.ts';
import { REASONS, type Reason } from '../../../report/reasons/reasons.ts';

const FIRST = 'Pod a.b on node n1.example.com of 1.34 says "no. never": it broke.';
const MESSAGE = `${FIRST} Mend it. Or do not.`;

/** The messages of the conditions that have one, by type. */
const messagesOf = (reason: Reason, pastDeadline: boolean) =>
  Object.fromEntries(
    conditions({
      verdict: { reason, message: MESSAGE },
      serving: false,
      pastDeadline,
      generation: 1,
      previous: [],
      now: '2026-11-29T00:00:00Z',
    })
      .filter(({ message }) => message !== '')
      .map(({ type, message }) => [type, message]),
  );

test('no two conditions have the same text: Ready says what happened, the other one what it means, where, and what to do', () => {
  for (const reason of Object.keys(REASONS) as Reason[])
    for (const pastDeadline of [false, true]) {
      const { Ready, ...others } = messagesOf(reason, pastDeadline);
      assert.equal(Ready, MESSAGE, reason);
      const { condition, meaning, whatToDo } = REASONS[reason];
      const isStated = condition === 'Reconciling' || condition === 'Stalled';
      assert.deepEqual(Object.values(others), isStated ? [`${meaning} ${FIRST} ${whatToDo}`] : [], reason);
    }
});
