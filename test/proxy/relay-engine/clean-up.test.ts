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

/** The closes that an acceptor counted on a listener, by reason and phase. */
const closed = (shared: ReturnType<typeof viewShared>, acceptor: number, slot: number) =>
  Object.fromEntries(
    CLOSES.map(({ reason, phase }, index): [string, number] => [
      `${reason} ${phase}`,
      shared.totals[listenerTotalsAt(acceptor, slot) + LISTENER_TOTALS.Closes + index] as number,
    ]).filter(([, total]) => total > 0),
  );

test('the gauges and descriptors of a dead acceptor are cleaned up, and no other acceptor’s', () => {
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
  assert.ok(sys.socketError(mine) < 0, 'the socket of the dead acceptor is closed');
  assert.equal(sys.socketError(theirs), 0, 'the socket of the other acceptor is open');
  sys.close(theirs);
});

test('connections that a dead acceptor was handing over end and are counted once; those handed over to it stay', () => {
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
  assert.ok(listenerInUse(shared, 2, 5), 'connections being handed over count as in use');

  assert.deepEqual(cleanUpAfter(shared, sys, 2, 0), { closedDescriptors: 1, endedConnections: 1 });

  // Its replacement dies before the other acceptor has checked its mailbox.
  assert.deepEqual(cleanUpAfter(shared, sys, 2, 0), { closedDescriptors: 0, endedConnections: 0 });

  assert.deepEqual(closed(shared, 0, 5), { 'AcceptorDied HandingOver': 1 });
  assert.equal(shared.held[0], 1);
  const found = (self: number): number[] => {
    const fds: number[] = [];
    const into = new Int32Array(PARCEL_INTS);
    new Mailbox(shared, self, 2).takeAll(into, () => fds.push(into[0] as number));
    return fds;
  };
  assert.deepEqual(found(1), [-1], 'the descriptor’s number may be reused by now');
  assert.ok(new Mailbox(shared, 0, 2).hasMail, 'the replacement finds what was handed over to it');
  assert.deepEqual(found(0), [got]);
  assert.ok(sys.socketError(sent) < 0);
  sys.close(got);
});
