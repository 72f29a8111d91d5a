import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots } from '../../../proxy/engine/slots.ts';

test('a key keeps its slot until it is freed', () => {
  const slots = new Slots(3);
  assert.deepEqual(slots.take('a'), { slot: 0, fresh: true });
  assert.deepEqual(slots.take('b'), { slot: 1, fresh: true });
  assert.deepEqual(
    slots.unwanted((key) => key === 'b'),
    [['a', 0]],
  );
  assert.equal(slots.keyOf(0), 'a');
  slots.free('a');
  assert.equal(slots.keyOf(0), undefined);
  assert.deepEqual(slots.take('b'), { slot: 1, fresh: false });
  assert.deepEqual(slots.take('c'), { slot: 0, fresh: true });
});

test('when every slot is taken the next key gets none', () => {
  const slots = new Slots(2);
  slots.take('a');
  slots.take('b');
  assert.equal(slots.take('c'), undefined);
  assert.deepEqual(slots.take('a'), { slot: 0, fresh: false });
});
