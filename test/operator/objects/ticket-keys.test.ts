import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rotatedKeys, rotationDueMs, TICKETS_ROTATED } from '../../../operator/objects/ticket-keys.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
const rotated = (value: string | undefined) => ({
  metadata: { name: 's', ...(value === undefined ? {} : { annotations: { [TICKETS_ROTATED]: value } }) },
});

const DUE: readonly (readonly [string, string | undefined, number])[] = [
  ['they were never written', undefined, 0],
  ['nobody knows when they were', 'yesterday', 0],
  ['they have just been rotated', '2026-11-30T12:00:00Z', 12 * HOUR_MS],
  ['they were a while ago', '2026-11-30T05:00:00Z', 5 * HOUR_MS],
  ['they were twelve hours ago', '2026-11-30T00:00:00Z', 0],
  ['nothing ran for a year', '2025-11-30T00:00:00Z', 0],
  ['the clock was set back since', '2026-12-30T00:00:00Z', 12 * HOUR_MS],
];

for (const [when, value, ms] of DUE)
  test(`ticket keys are due when ${when}`, () => assert.equal(rotationDueMs(rotated(value), NOW_MS), ms));

/** Keys that are told apart by their bytes. */
const counting = () => {
  let last = 0;
  return (bytes: number) => Buffer.concat(Array.from({ length: bytes / 80 }, () => Buffer.alloc(80, ++last)));
};
const firstBytes = (keys: Uint8Array) => [0, 80, 160].map((at) => keys[at]);

test('each key is known to all replicas one rotation before it makes tickets, and one after', () => {
  const random = counting();
  const first = rotatedKeys(new Uint8Array(), random);
  assert.deepEqual([first.length, firstBytes(first)], [240, [1, 2, 3]]);
  const second = rotatedKeys(first, random);
  assert.deepEqual([second.length, firstBytes(second)], [240, [3, 1, 4]]);
  const third = rotatedKeys(second, random);
  assert.deepEqual(firstBytes(third), [4, 3, 5]);
});

test('keys of another size are replaced as a whole', () => {
  for (const size of [0, 80, 239, 241])
    assert.deepEqual(firstBytes(rotatedKeys(new Uint8Array(size), counting())), [1, 2, 3]);
});
