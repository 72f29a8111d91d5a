import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import { Counters } from '../../../proxy/relay-engine/acceptor/counters.ts';
import { Mailbox } from '../../../proxy/relay-engine/acceptor/mailbox.ts';
import {
  allocateShared,
  endpointOpenAt,
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerTotalsAt,
  PARCEL_INTS,
  viewShared,
} from '../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { cleanUpAfter, listenerInUse } from '../../../proxy/relay-engine/clean-up.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { AF_INET, SOCK_STREAM } from '../../../proxy/sys/sys.ts';

const set = (descriptors = 4096) => {
  const shared = viewShared(allocateShared(2, descriptors));
  return { shared, dead: new Counters(shared, 0), alive: new Counters(shared, 1), sys: libc() };
};

/** What an acceptor counted as closed on a listener, by reason and phase. */
const closed = (shared: ReturnType<typeof viewShared>, acceptor: number, slot: number) =>
  Object.fromEntries(
    CLOSES.map(({ reason, phase }, index): [string, number] => [
      `${reason} ${phase}`,
      shared.totals[listenerTotalsAt(acceptor, slot) + LISTENER_TOTALS.Closes + index] as number,
    ]).filter(([, total]) => total > 0),
  );

test('what a dead acceptor left is put right: its gauges, its descriptors, and nobody else’s', () => {
  const { shared, dead, alive, sys } = set();
  dead.accepted(5);
  dead.opened(5, 1);
  dead.takeEndpoint(9, 0);
  dead.takeEndpoint(9, 0);
  alive.accepted(6);
  alive.opened(6, 1);
  alive.takeEndpoint(9, 0);
  const [mine, theirs] = [sys.socket(AF_INET, SOCK_STREAM, 0), sys.socket(AF_INET, SOCK_STREAM, 0)];
  shared.owners[mine] = 1;
  shared.owners[theirs] = 2;
  assert.ok(listenerInUse(shared, 2, 5));

  assert.deepEqual(cleanUpAfter(shared, sys, 2, 0), { closedDescriptors: 1, endedConnections: 1 });

  assert.equal(shared.endpointsOpen[9], 1);
  assert.equal(shared.ints[endpointOpenAt(0, 9)], 0);
  assert.equal(shared.ints[intsAt(0) + INTS.Open], 0);
  assert.equal(listenerInUse(shared, 2, 5), false);
  assert.equal(listenerInUse(shared, 2, 6), true);
  assert.deepEqual(closed(shared, 0, 5), { 'AcceptorDied Unknown': 1 });
  assert.ok(sys.socketError(mine) < 0, 'the dead acceptor’s socket is closed');
  assert.equal(sys.socketError(theirs), 0, 'the other’s is not');
  sys.close(theirs);
});

test('connections that a dead acceptor had left for another end and are counted once; those left for it stay', () => {
  const { shared, dead, alive, sys } = set();
  const [sent, got] = [sys.socket(AF_INET, SOCK_STREAM, 0), sys.socket(AF_INET, SOCK_STREAM, 0)];
  const parcel = new Int32Array(PARCEL_INTS);
  const leave = (from: number, to: number, fd: number, counters: Counters): void => {
    counters.accepted(5);
    shared.owners[fd] = from + 1;
    Atomics.add(shared.held, 0, 1);
    parcel[0] = fd;
    parcel[1] = 5;
    assert.ok(new Mailbox(shared, from, 2).put(to, parcel));
    counters.handedOver(5);
  };
  leave(0, 1, sent, dead);
  leave(1, 0, got, alive);
  assert.ok(listenerInUse(shared, 2, 5), 'what is on its way is in use');

  assert.deepEqual(cleanUpAfter(shared, sys, 2, 0), { closedDescriptors: 1, endedConnections: 1 });

  // Its replacement dies before the other one has looked.
  assert.deepEqual(cleanUpAfter(shared, sys, 2, 0), { closedDescriptors: 0, endedConnections: 0 });

  assert.deepEqual(closed(shared, 0, 5), { 'AcceptorDied HandingOver': 1 });
  assert.equal(shared.held[0], 1);
  const found = (self: number): number[] => {
    const fds: number[] = [];
    const into = new Int32Array(PARCEL_INTS);
    new Mailbox(shared, self, 2).takeAll(into, () => fds.push(into[0] as number));
    return fds;
  };
  assert.deepEqual(found(1), [-1], 'the number may be another connection’s by now');
  assert.ok(new Mailbox(shared, 0, 2).hasMail, 'the replacement finds what was left for it');
  assert.deepEqual(found(0), [got]);
  assert.ok(sys.socketError(sent) < 0);
  sys.close(got);
});
