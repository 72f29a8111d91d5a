import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../../proxy/relay-engine/slots.ts';

test('a key keeps its slot until it is freed', () => {
  const slots = new Slots(3);
  assert.deepEqual(slots.take('a'), { slot: 0, isNew: true });
  assert.deepEqual(slots.take('b'), { slot: 1, isNew: true });
  assert.equal(slots.available, 1);
  assert.deepEqual(
    slots.unusedFor((key) => key === 'b', 0, 1000),
    [['a', 0]],
  );
  assert.equal(slots.keyOf(0), 'a');
  slots.free('a');
  assert.equal(slots.keyOf(0), undefined);
  assert.deepEqual(slots.take('b'), { slot: 1, isNew: false });
  assert.deepEqual(slots.take('c'), { slot: 0, isNew: true });
});

test('when every slot is taken, the next key gets none', () => {
  const slots = new Slots(2);
  slots.take('a');
  slots.take('b');
  assert.equal(slots.take('c'), undefined);
  assert.deepEqual(slots.take('a'), { slot: 0, isNew: false });
});

test('a key counts as unused from the first check that finds it so; using it in between starts over', () => {
  const slots = new Slots(2);
  slots.take('a');
  const unusedAt = (nowMs: number, isUsed = false): number =>
    slots.unusedFor(() => isUsed, 100, nowMs).length;
  assert.deepEqual([unusedAt(0), unusedAt(99)], [0, 0]);
  assert.equal(unusedAt(100), 1);
  assert.deepEqual([unusedAt(101, true), unusedAt(102), unusedAt(201), unusedAt(202)], [0, 0, 0, 1]);
  slots.free('a');
  slots.take('a');
  assert.equal(unusedAt(300), 0, 'a key that is added again after it was freed counts as new');
});
