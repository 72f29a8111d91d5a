import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventLines } from '../../../operator/fleet/event-lines.ts';
import { eventText } from '../../../program/event-audience.ts';

const EVENTS = [
  { type: 'history', data: '{"a":"x: y"}' },
  { type: 'report', data: '{"b":[1,2]}' },
];
const STREAM = `: hello\n\n${EVENTS.map(({ type, data }) => eventText(type, JSON.parse(data))).join('')}`;

test('events are put together, in whatever pieces they come', () => {
  for (let size = 1; size <= STREAM.length; size += 1) {
    const lines = new EventLines(1_000);
    const found = [];
    for (let at = 0; at < STREAM.length; at += size) found.push(...lines.push(STREAM.slice(at, at + size)));
    assert.deepEqual(
      found.filter(({ type }) => type !== ''),
      EVENTS,
    );
  }
});

test('an event that does not end is refused', () => {
  const lines = new EventLines(1_000);
  assert.throws(() => {
    for (let n = 0; n < 100; n += 1) lines.push('x'.repeat(100));
  }, /its event is too long/);
});
