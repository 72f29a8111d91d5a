import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ReceiveBatch } from '../../../../../proxy/relay-engine/acceptor/datagrams/receive-batch.ts';
import { SendBatch } from '../../../../../proxy/relay-engine/acceptor/datagrams/send-batch.ts';
import { xorshift } from '../../../../../proxy/relay-engine/acceptor/xorshift.ts';
import { libc } from '../../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../../proxy/sys/memory.ts';
import { writeSocketAddress } from '../../../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EAGAIN,
  ECONNREFUSED,
  EINTR,
  EINVAL,
  EIO,
  EMSGSIZE,
  ENOBUFS,
  IPPROTO_UDP,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  type Sys,
  UDP_GRO,
} from '../../../../../proxy/sys/sys.ts';
import { awaitDelivery } from '../../../await-delivery.ts';

const MOST_BYTES = 65_507;
const SO_RCVBUFFORCE = 33;

/** Two connected UDP sockets; `merges` asks the kernel to pass on several datagrams in one buffer. */
const pair = (merges: boolean) => {
  const sys = libc();
  const sockets = [0, 1].map(() => sys.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  const addresses = sockets.map((socket) => {
    const memory = pinnedMemory(128);
    writeSocketAddress(memory.view, 0, '127.0.0.1', 0);
    assert.equal(sys.bind(socket, memory.address, 16), 0);
    assert.equal(sys.ownAddress(socket, memory.address), 0);
    sys.setOption(socket, 1, SO_RCVBUFFORCE, 1 << 22);
    if (merges) assert.equal(sys.setOption(socket, IPPROTO_UDP, UDP_GRO, 1), 0);
    return memory.address;
  });
  assert.equal(sys.connect(sockets[0] as number, addresses[1] as number, 16), 0);
  assert.equal(sys.connect(sockets[1] as number, addresses[0] as number, 16), 0);
  return {
    sys,
    from: sockets[0] as number,
    to: sockets[1] as number,
    [Symbol.dispose]: () => {
      for (const socket of sockets) sys.close(socket);
    },
  };
};

/** Tells datagrams apart by length and content, in few characters. */
const digest = (memory: Uint8Array, from: number, length: number): string =>
  `${length} ${createHash('sha1')
    .update(memory.subarray(from, from + length))
    .digest('hex')}`;

/** The datagrams that have arrived, as digests. */
const receiveAll = (sys: Sys, socket: number): readonly string[] => {
  const scratch = pinnedMemory(65_536);
  const found: string[] = [];
  awaitDelivery();
  for (;;) {
    const length = sys.recv(socket, scratch.address, 65_536);
    if (length === -EAGAIN) return found;
    assert.ok(length >= 0, `recv: ${length}`);
    found.push(digest(scratch.bytes, 0, length));
  }
};

interface Sent {
  readonly length: number;
  readonly segment: number;
}

/** What is added to a batch, as the datagrams that it stands for. */
const datagramsOf = (
  memory: Uint8Array,
  all: readonly (Sent & { readonly at: number })[],
): readonly string[] =>
  all.flatMap(({ at, length, segment }) => {
    if (segment === 0 || length === 0) return [digest(memory, at, length)];
    const found: string[] = [];
    for (let from = 0; from < length; from += segment)
      found.push(digest(memory, at + from, Math.min(segment, length - from)));
    return found;
  });

test('datagrams of any sizes arrive as they were, in order, however they were sent together', () => {
  using sockets = pair(false);
  const { sys, from, to } = sockets;
  const batch = new SendBatch();
  const memory = pinnedMemory(1 << 20);
  for (let i = 0; i < memory.bytes.length; i++) memory.bytes[i] = (i * 7 + (i >> 9)) & 255;
  let random = 4711;
  const below = (limit: number): number => {
    random = xorshift(random);
    return (random >>> 1) % limit;
  };
  let datagrams = 0;
  for (let round = 0; round < 300; round++) {
    const size = [1, 100, 1200, 1472, 9000][below(5)] as number;
    const all = Array.from({ length: 1 + below(32) }, () => {
      const kind = below(12);
      const one: Sent =
        kind === 0
          ? { length: 0, segment: 0 }
          : kind === 1
            ? { length: below(3000), segment: 0 }
            : kind < 5
              ? { length: Math.min(20_000, size * (1 + below(6)) + below(size)), segment: size }
              : { length: size, segment: 0 };
      return { ...one, at: below(1 << 19) };
    });
    batch.begin(MOST_BYTES);
    for (const { at, length, segment } of all) batch.add(memory.address + at, length, segment);
    assert.equal(batch.flush(sys, from), 0);
    const expected = datagramsOf(memory.bytes, all);
    assert.deepEqual([batch.sentDatagrams, batch.droppedDatagrams], [expected.length, 0]);
    assert.equal(
      batch.sentBytes,
      expected.reduce((sum, text) => sum + Number.parseInt(text, 10), 0),
    );
    assert.deepEqual(receiveAll(sys, to), expected, `round ${round}`);
    datagrams += expected.length;
  }
  assert.ok(datagrams > 3000);
});

test('datagrams of one size are sent in one call, and received in one message', () => {
  using sockets = pair(true);
  let calls = 0;
  const sys: Sys = {
    ...sockets.sys,
    sendMessages: (fd, at, count) => {
      calls += count;
      return sockets.sys.sendMessages(fd, at, count);
    },
  };
  const memory = pinnedMemory(4096);
  const [sending, received] = [new SendBatch(), new ReceiveBatch()];
  sending.begin(MOST_BYTES);
  for (let i = 0; i < 10; i++) sending.add(memory.address, 1200, 0);
  sending.add(memory.address, 7, 0);
  assert.equal(sending.flush(sys, sockets.from), 0);
  assert.equal(calls, 1);
  awaitDelivery();
  assert.equal(received.receive(sys, sockets.to), 1);
  assert.deepEqual(
    [received.lengthOf(0), received.segmentOf(0), received.datagramsOf(0)],
    [12_007, 1200, 11],
  );
});

test('the longest datagram passes', () => {
  using sockets = pair(true);
  const memory = pinnedMemory(MOST_BYTES);
  const [sending, received] = [new SendBatch(), new ReceiveBatch()];
  sending.begin(MOST_BYTES);
  sending.add(memory.address, MOST_BYTES, 0);
  assert.equal(sending.flush(sockets.sys, sockets.from), 0);
  awaitDelivery();
  assert.equal(received.receive(sockets.sys, sockets.to), 1);
  assert.deepEqual([received.lengthOf(0), received.datagramsOf(0)], [MOST_BYTES, 1]);
});

for (const errno of [EINVAL, EIO, EMSGSIZE])
  test(`where the kernel refuses to split (errno ${errno}), each datagram is sent by itself, and that is remembered`, () => {
    using sockets = pair(false);
    const calls: number[] = [];
    let refuses = true;
    const sys: Sys = {
      ...sockets.sys,
      sendMessages: (fd, at, count) => {
        calls.push(count);
        if (!refuses) return sockets.sys.sendMessages(fd, at, count);
        refuses = false;
        return -errno;
      },
    };
    const memory = pinnedMemory(8192);
    const batch = new SendBatch();
    batch.begin(MOST_BYTES);
    batch.add(memory.address, 5000, 2000);
    batch.add(memory.address, 30, 0);
    assert.equal(batch.flush(sys, sockets.from), 0);
    assert.deepEqual([batch.sentDatagrams, batch.droppedDatagrams, batch.mostUnit], [4, 0, 1999]);
    assert.deepEqual(
      receiveAll(sys, sockets.to).map((text) => Number.parseInt(text, 10)),
      [2000, 2000, 1000, 30],
    );
    calls.length = 0;
    batch.begin(batch.mostUnit);
    for (let i = 0; i < 4; i++) batch.add(memory.address, 2000, 0);
    assert.equal(batch.flush(sys, sockets.from), 0);
    assert.deepEqual(calls, [4], 'not joined');
  });

const REFUSALS: readonly (readonly [string, errno: number, result: number, sent: number, dropped: number])[] =
  [
    ['a full queue drops what is left, and waits for nothing', EAGAIN, 0, 0, 3],
    ['a lack of memory drops what is left', ENOBUFS, 0, 0, 3],
    ['an interrupted call is repeated', EINTR, 0, 3, 0],
    [
      'an error about the peer is returned, and the batch goes on from there',
      ECONNREFUSED,
      ECONNREFUSED,
      3,
      0,
    ],
  ];

for (const [name, errno, result, sent, dropped] of REFUSALS)
  test(`sending: ${name}`, () => {
    using sockets = pair(false);
    let failures = 1;
    const sys: Sys = {
      ...sockets.sys,
      sendMessages: (...all) => (failures-- > 0 ? -errno : sockets.sys.sendMessages(...all)),
    };
    const memory = pinnedMemory(128);
    const batch = new SendBatch();
    batch.begin(MOST_BYTES);
    for (const length of [10, 20, 30]) batch.add(memory.address, length, 0);
    assert.equal(batch.flush(sys, sockets.from), result);
    if (result !== 0) assert.equal(batch.flush(sys, sockets.from), 0);
    assert.deepEqual([batch.sentDatagrams, batch.droppedDatagrams], [sent, dropped]);
  });
