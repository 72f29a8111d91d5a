import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { beside } from './beside.ts';

const turns = async (count: number): Promise<void> => {
  for (let nth = 0; nth < count; nth++) await turn();
};

test('rounds run while an act runs, and end with it, also when it throws', async () => {
  for (const act of [async () => turns(5), async () => turns(5).then(() => assert.fail('the act'))]) {
    let rounds = 0;
    const done = beside(async (nth) => {
      assert.equal(nth, rounds++);
      assert.ok(nth < 1000, 'the rounds do not end');
      await turn();
    }, act);
    await done.catch((error: Error) => assert.equal(error.message, 'the act'));
    const ended = rounds;
    assert.ok(ended > 1, `${ended} rounds`);
    await turns(5);
    assert.equal(rounds, ended);
  }
});

test('the error of a round is thrown at the end of the act, and is not an unhandled rejection until then', async () => {
  let rounds = 0;
  const round = async () => assert.equal(rounds++, 0, 'the second');
  for (const act of [async () => turns(5), async () => turns(5).then(() => assert.fail('the act'))]) {
    rounds = 0;
    await assert.rejects(beside(round, act), /the second/);
    assert.equal(rounds, 2);
  }
});
