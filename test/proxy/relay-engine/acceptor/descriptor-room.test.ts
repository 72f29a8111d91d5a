import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFull, leaveRoom, takeRoom } from '../../../../proxy/relay-engine/acceptor/descriptor-room.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import { INTS, intsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { acceptorForTest, listenerForTest, tableForTest } from './acceptor.ts';

const LIMIT = 100;

interface Load {
  readonly held: number;
  readonly given?: number;
  readonly taken?: number;
}

const isFullWith = ({ held, given = 0, taken = 0 }: Load): boolean => {
  using acceptor = acceptorForTest(libc());
  acceptor.table = serveTable(
    tableForTest({ descriptorLimit: LIMIT, listeners: [{ ...listenerForTest(3, 8080), slot: 0 }] }),
    acceptor.table,
    acceptor.shared,
  );
  acceptor.shared.held[0] = held;
  acceptor.shared.ints[intsAt(0) + INTS.Given] = given;
  acceptor.shared.ints[intsAt(0) + INTS.Taken] = taken;
  return isFull(acceptor);
};

const TABLE: readonly (readonly [what: string, load: Load, full: boolean])[] = [
  ['nothing is open', { held: 1 }, false],
  ['two descriptors are left', { held: 98, given: 7, taken: 7 }, false],
  ['one descriptor is left', { held: 99 }, true],
  ['those on the way will leave two', { held: 88, given: 10 }, false],
  ['those on the way will leave one', { held: 89, given: 10 }, true],
  [
    'those on the way will leave two, and counters have wrapped',
    { held: 88, given: -(2 ** 31) + 4, taken: 2 ** 31 - 6 },
    false,
  ],
  [
    'those on the way will leave one, and counters have wrapped',
    { held: 89, given: -(2 ** 31) + 4, taken: 2 ** 31 - 6 },
    true,
  ],
];
for (const [what, load, full] of TABLE)
  test(`there is ${full ? 'no ' : ''}room for a connection if ${what}`, () => {
    assert.equal(isFullWith(load), full);
  });

test('of a client that each acceptor accepted for the same last free place, each is served', () => {
  const acceptors = 16;
  const shared = { held: new Int32Array([LIMIT - 2]) };
  const each = Array.from({ length: acceptors }, () => ({
    shared,
    acceptors,
    table: { descriptorLimit: LIMIT },
  }));
  // All of them have looked, and found room, before the first one accepts.
  shared.held[0] = (shared.held[0] as number) + acceptors;
  assert.deepEqual(new Set(each.map(takeRoom)), new Set([true]));
  assert.equal(shared.held[0], LIMIT - 2 + 2 * acceptors);
});

test('room beyond what acceptors may need at the same time is refused, and refusals take none', () => {
  const room = {
    shared: { held: new Int32Array([LIMIT + 3]) },
    acceptors: 2,
    table: { descriptorLimit: LIMIT },
  };
  assert.deepEqual([takeRoom(room), takeRoom(room), room.shared.held[0]], [true, false, LIMIT + 4]);
  leaveRoom(room);
  assert.deepEqual([takeRoom(room), room.shared.held[0]], [true, LIMIT + 4]);
});
