import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadedBatch } from '../../../../../proxy/relay-engine/acceptor/datagrams/headed-batch.ts';
import { xorshift } from '../../../../../proxy/relay-engine/acceptor/xorshift.ts';
import { libc } from '../../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../../proxy/sys/memory.ts';
import { writeSocketAddress } from '../../../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EINVAL,
  EIO,
  EMSGSIZE,
  ENOBUFS,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
} from '../../../../../proxy/sys/sys.ts';
import { awaitDelivery } from '../../../await-delivery.ts';

const HEADER = 'header:';
const MOST_BYTES = 65_507;

/** A socket that is connected to another one, and what has arrived there. */
const pair = () => {
  const sys = libc();
  const address = pinnedMemory(128);
  const memory = pinnedMemory(1 << 17);
  const to = sys.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  const from = sys.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  writeSocketAddress(address.view, 0, '127.0.0.1', 0);
  assert.equal(sys.bind(to, address.address, 16), 0);
  assert.equal(sys.ownAddress(to, address.address), 0);
  assert.equal(sys.connect(from, address.address, 16), 0);
  return {
    sys,
    from,
    arrived: (): readonly string[] => {
      const all: string[] = [];
      awaitDelivery();
      for (;;) {
        const length = sys.recv(to, memory.address, MOST_BYTES);
        if (length < 0) return all;
        all.push(Buffer.from(memory.bytes.subarray(0, length)).toString('latin1'));
      }
    },
    [Symbol.dispose]: () => {
      sys.close(to);
      sys.close(from);
    },
  };
};

const headed = (): HeadedBatch => {
  const batch = new HeadedBatch();
  batch.header.set(Buffer.from(HEADER));
  batch.headerLength = HEADER.length;
  batch.begin(MOST_BYTES);
  return batch;
};

const bytes = (text: string) => {
  const memory = pinnedMemory(Math.max(1, text.length));
  memory.bytes.set(Buffer.from(text));
  return memory;
};

test('each datagram has the header, also those that were received as one message, and an empty one', () => {
  using sockets = pair();
  const { sys, from, arrived } = sockets;
  const batch = headed();
  const many = bytes('aaabbbccd');
  const one = bytes('one');
  batch.add(many.address, 9, 3);
  batch.add(one.address, 3, 0);
  batch.add(one.address, 0, 0);
  batch.add(many.address, 8, 4);
  assert.equal(batch.flush(sys, from), 0);
  const payloads = ['aaa', 'bbb', 'ccd', 'one', '', 'aaab', 'bbcc'];
  assert.deepEqual(
    arrived(),
    payloads.map((payload) => `${HEADER}${payload}`),
  );
  assert.deepEqual([batch.sentBytes, batch.droppedDatagrams], [20, 0]);
});

test('hundreds of datagrams leave in several calls, in order', () => {
  using sockets = pair();
  const { sys, from, arrived } = sockets;
  const batch = headed();
  const many = bytes('0123456789'.repeat(15));
  for (let i = 0; i < 2; i++) batch.add(many.address, 150, 2);
  assert.equal(batch.flush(sys, from), 0);
  const expected = Array.from(
    { length: 150 },
    (_, i) => `${HEADER}${'0123456789'.substring((2 * i) % 10, ((2 * i) % 10) + 2)}`,
  );
  assert.deepEqual(arrived(), expected);
});

test('a datagram that is too long with its header is reported, and the rest is sent once it is dropped', () => {
  using sockets = pair();
  const { sys, from, arrived } = sockets;
  const batch = headed();
  const long = bytes('x'.repeat(MOST_BYTES));
  batch.add(long.address, 3, 0);
  batch.add(long.address, MOST_BYTES - HEADER.length + 1, 0);
  batch.add(long.address, 5, 0);
  assert.equal(batch.flush(sys, from), EMSGSIZE);
  batch.dropNext();
  assert.equal(batch.flush(sys, from), 0);
  assert.deepEqual(arrived(), [`${HEADER}xxx`, `${HEADER}xxxxx`]);
  assert.deepEqual([batch.sentBytes, batch.droppedDatagrams], [8, 1]);
});

test('where the kernel has no room for more, the rest is dropped', () => {
  using sockets = pair();
  const { sys, from } = sockets;
  const batch = headed();
  const many = bytes('aabb');
  batch.add(many.address, 4, 2);
  assert.equal(batch.flush({ ...sys, sendMessages: () => -ENOBUFS }, from), 0);
  assert.deepEqual([batch.sentBytes, batch.droppedDatagrams], [0, 2]);
});

test('datagrams of one size are one message, which the kernel splits', () => {
  using sockets = pair();
  const { sys, from, arrived } = sockets;
  const calls: number[] = [];
  const counting = {
    ...sys,
    sendMessages: (fd: number, at: number, count: number) => {
      calls.push(count);
      return sys.sendMessages(fd, at, count);
    },
  };
  const batch = headed();
  const many = bytes('x'.repeat(1_200 * 20 + 7));
  for (let i = 0; i < 3; i++) batch.add(many.address, many.bytes.length, 1_200);
  assert.equal(batch.flush(counting, from), 0);
  const lengths = arrived().map((text) => text.length - HEADER.length);
  assert.deepEqual(lengths, Array.from({ length: 3 }, () => [...Array(20).fill(1_200), 7]).flat());
  assert.deepEqual(calls, [3]);
  assert.deepEqual([batch.sentBytes, batch.droppedDatagrams], [3 * many.bytes.length, 0]);
});

for (const errno of [EINVAL, EIO, EMSGSIZE])
  test(`where the kernel refuses to split (errno ${errno}), headed datagrams go one by one, and that is remembered`, () => {
    using sockets = pair();
    const { sys, from, arrived } = sockets;
    const refusals = [-errno];
    const refusing = {
      ...sys,
      sendMessages: (fd: number, at: number, count: number) => {
        return refusals.pop() ?? sys.sendMessages(fd, at, count);
      },
    };
    const batch = headed();
    const many = bytes('aaaabbbbcc');
    batch.add(many.address, 10, 4);
    assert.equal(batch.flush(refusing, from), 0);
    assert.deepEqual(arrived(), [`${HEADER}aaaa`, `${HEADER}bbbb`, `${HEADER}cc`]);
    assert.deepEqual([batch.sentBytes, batch.mostUnit], [10, HEADER.length + 3]);
  });

test('random datagrams arrive with their headers, in order and complete', () => {
  using sockets = pair();
  const { sys, from, arrived } = sockets;
  let random = 77;
  const below = (most: number): number => {
    random = xorshift(random);
    return (random >>> 1) % most;
  };
  const source = bytes('abcdefghij'.repeat(2_000));
  const text = Buffer.from(source.bytes).toString('latin1');
  const batch = headed();
  for (let round = 0; round < 200; round++) {
    const expected: string[] = [];
    batch.begin(MOST_BYTES);
    for (let left = 1 + below(6); left > 0; left--) {
      const segment = [0, 1, 100, 500][below(4)] as number;
      const length = below(segment === 0 ? 2_000 : segment * 12);
      const at = below(10);
      const unit = segment > 0 && segment < length ? segment : length;
      batch.add(source.address + at, length, segment);
      for (let offset = 0; offset === 0 || offset < length; offset += Math.max(1, unit))
        expected.push(HEADER + text.slice(at + offset, at + Math.min(length, offset + unit)));
    }
    assert.equal(batch.flush(sys, from), 0);
    assert.deepEqual(arrived(), expected, `round ${round}`);
  }
});
