import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mailbox } from '../../../../proxy/relay-engine/acceptor/mailbox.ts';
import {
  allocateShared,
  MAIL_CELLS,
  PARCEL_INTS,
  viewShared,
} from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';

const mailboxes = (acceptors: number) => {
  const shared = viewShared(allocateShared(acceptors, 64));
  return Array.from({ length: acceptors }, (_, index) => new Mailbox(shared, index, acceptors));
};

const parcel = (fd: number): Int32Array => Int32Array.from({ length: PARCEL_INTS }, (_, i) => fd * 100 + i);

/** The sender and the first number of each parcel in the mailbox. */
const taken = (mailbox: Mailbox): (readonly [number, number])[] => {
  const found: [number, number][] = [];
  const into = new Int32Array(PARCEL_INTS);
  mailbox.takeAll(into, (from) => found.push([from, into[0] as number]));
  return found;
};

test('each parcel is received once, whole, and in the order of its sender', () => {
  const [a, b, c] = mailboxes(3) as [Mailbox, Mailbox, Mailbox];
  assert.ok(!c.hasMail);
  for (const fd of [1, 2]) assert.ok(a.put(2, parcel(fd)));
  assert.ok(b.put(2, parcel(3)));
  assert.ok(c.hasMail);
  assert.ok(!a.hasMail && !b.hasMail, 'the other mailboxes are empty');
  const whole: number[][] = [];
  const into = new Int32Array(PARCEL_INTS);
  c.takeAll(into, () => whole.push([...into]));
  assert.deepEqual(whole, [[...parcel(1)], [...parcel(2)], [...parcel(3)]]);
  assert.ok(!c.hasMail);
  assert.deepEqual(taken(c), []);
});

test('a full ring refuses parcels until it is emptied, however often it wraps', () => {
  const [a, b] = mailboxes(2) as [Mailbox, Mailbox];
  for (let round = 0; round < 5; round++) {
    for (let fd = 0; fd < MAIL_CELLS; fd++) assert.ok(a.put(1, parcel(fd)));
    assert.ok(!a.put(1, parcel(99)));
    assert.deepEqual(
      taken(b),
      Array.from({ length: MAIL_CELLS }, (_, fd) => [0, fd * 100]),
    );
  }
});
