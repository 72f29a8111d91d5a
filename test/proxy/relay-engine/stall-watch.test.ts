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
 * What happens to acceptor 0 before each look, one letter a look: `s` it is spawned anew, `b` its loop beats, `d` it is dead, `.` nothing. Acceptor 1
 * beats all the time.
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
  ['one that beats now and then does not', `b${idle(4)}b${idle(4)}b`, undefined],
  ['one whose loop stops does after five looks', `b${idle(8)}`, 6],
  ['one that starts slowly does not', `${idle(119)}b${idle(4)}b`, undefined],
  ['one that never starts does after two minutes', idle(200), 120],
  ['one that is dead does not', `b${'d'.repeat(200)}`, undefined],
  ['its replacement has as long to start', `b..s${idle(118)}b`, undefined],
  ['its replacement does once it has begun', `b..s${idle(50)}b${idle(8)}`, 60],
];

for (const [name, script, after] of ROWS)
  test(`of acceptors that count as stalled: ${name}`, () => {
    assert.equal(checksUntilStalled(script), after);
  });
