import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allocateShared,
  INTS,
  intsAt,
  viewShared,
} from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { StallWatch } from '../../../proxy/relay-engine/stall-watch.ts';

/**
 * What happens to acceptor 0 before each check, one letter per check: `s` it is spawned again, `b` its loop
 * beats, `d` it is dead, `.` nothing. Acceptor 1 beats all the time.
 */
const checksUntilStalled = (script: string): number | undefined => {
  const shared = viewShared(allocateShared(2, 16));
  const watch = new StallWatch(shared, 2);
  const beat = (acceptor: number): void => {
    shared.ints[intsAt(acceptor) + INTS.Beat] = (shared.ints[intsAt(acceptor) + INTS.Beat] as number) + 1;
  };
  for (const acceptor of [0, 1]) watch.onSpawned(acceptor);
  for (const [at, what] of [...script].entries()) {
    if (what === 's') watch.onSpawned(0);
    if (what === 'b') beat(0);
    beat(1);
    const stalled = watch.check((acceptor) => acceptor === 1 || what !== 'd');
    if (stalled.length === 0) continue;
    assert.deepEqual(stalled, [0]);
    return at + 1;
  }
  return undefined;
};

const idle = (checks: number): string => '.'.repeat(checks);

const ROWS: readonly (readonly [string, script: string, after: number | undefined])[] = [
  ['an acceptor that beats now and then is not stalled', `b${idle(4)}b${idle(4)}b`, undefined],
  ['an acceptor whose loop stops is stalled after five checks', `b${idle(8)}`, 6],
  ['an acceptor that starts slowly is not stalled', `${idle(119)}b${idle(4)}b`, undefined],
  ['an acceptor that never starts is stalled after two minutes', idle(200), 120],
  ['a dead acceptor is not stalled', `b${'d'.repeat(200)}`, undefined],
  ['a replacement has as long to start', `b..s${idle(118)}b`, undefined],
  ['a replacement that has started is stalled after five checks', `b..s${idle(50)}b${idle(8)}`, 60],
];

for (const [name, script, after] of ROWS)
  test(name, () => {
    assert.equal(checksUntilStalled(script), after);
  });
