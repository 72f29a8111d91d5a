import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clockOffset, machineMs, sharedClock } from '../../../../proxy/relay-engine/acceptor/shared-clock.ts';

/** Clocks of which the machine's is 1000 ms ahead; the thread loses its core for so long at each reading. */
const clocksThatLose = (lost: readonly number[]) => {
  let time = 0;
  let reading = 0;
  const read = (ahead: number): number => {
    time += lost[reading++] ?? 0.001;
    return time + ahead;
  };
  return { machine: () => read(1000), own: () => read(0) };
};

test('a thread that loses its core while it compares clocks is not wrong by that time', () => {
  for (const lost of [[], [0, 500, 0], [0, 0, 500], [3, 70, 900, 4, 2000, 0.1, 0, 800, 0.2]]) {
    const { machine, own } = clocksThatLose(lost);
    assert.ok(Math.abs(clockOffset(machine, own) - 1000) < 0.01, `${lost}`);
  }
});

test('a shared clock runs with the machine’s', () => {
  const clock = sharedClock(machineMs() - 5000);
  const now = clock();
  assert.ok(now >= 4999, `${now}`);
  assert.ok(clock() >= now);
});
