import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CONTROL_TOKEN,
  isListenerToken,
  isSideToken,
  listenerIndexOf,
  listenerToken,
  sideToken,
} from '../../../../proxy/relay-engine/acceptor/event-tokens.ts';
import { SLOTS } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';

test('every token means exactly one of a side, a listener, or the control thread', () => {
  const sides = [0, 1, 2 ** 31 - 1].map(sideToken);
  const listeners = Array.from({ length: SLOTS.listeners }, (_, index) => listenerToken(index));
  const kinds = [...sides, ...listeners, CONTROL_TOKEN].map((token) => [
    isSideToken(token),
    isListenerToken(token),
  ]);
  assert.deepEqual(kinds, [
    ...sides.map(() => [true, false]),
    ...listeners.map(() => [false, true]),
    [false, false],
  ]);
  assert.deepEqual(listeners.map(listenerIndexOf), [...listeners.keys()]);
  const below = listenerToken(SLOTS.listeners);
  assert.deepEqual([isSideToken(below), isListenerToken(below)], [false, false], 'free for further kinds');
});
