import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildAddressSet } from '../../../../proxy/address-set/build.ts';
import { ANSWERED, ENDPOINT } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { ReceiveBatch } from '../../../../proxy/relay-engine/acceptor/datagrams/receive-batch.ts';
import { SendBatch } from '../../../../proxy/relay-engine/acceptor/datagrams/send-batch.ts';
import { KEY, KEY_WORDS } from '../../../../proxy/relay-engine/acceptor/datagrams/session-key.ts';
import { WordIndex } from '../../../../proxy/relay-engine/acceptor/datagrams/word-index.ts';
import { TimerWheel } from '../../../../proxy/relay-engine/acceptor/timer-wheel.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { AF_INET, EAGAIN, ENOBUFS, IPPROTO_UDP, UDP_GRO } from '../../../../proxy/sys/sys.ts';
import { sessionBench } from './session-bench.ts';

const SECOND = TimerWheel.ticks(1000);

test('a client is answered from the address that it wrote to, and each address has a session of its own', () => {
  using bench = sessionBench();
  // A connected client takes datagrams from its peer only: 127.0.0.1 would be the kernel's choice for both.
  const clients = ['127.0.0.7', '127.0.0.8'].map((to) => bench.client('127.0.0.1', to));
  for (const client of clients) {
    bench.send(client, 'hello');
    bench.answer(0, 'welcome');
    assert.equal(bench.receive(client), 'welcome');
  }
  assert.equal(bench.sessions(), 2);
});

test('a source with as many sessions as it may have gets a new one in place of its oldest idle one', () => {
  using bench = sessionBench({ descriptorLimit: 32 });
  const { acceptor } = bench;
  assert.equal(acceptor.datagrams.mostOfSource, 8);
  const other = bench.client('127.0.0.2');
  bench.send(other, 'older than the others');
  const clients = Array.from({ length: 8 }, () => bench.client('127.0.0.1'));
  for (const client of clients) bench.send(client, 'one');
  assert.equal(bench.sessions(), 9);
  acceptor.now += SECOND;
  bench.send(bench.client('127.0.0.1'), 'one more');
  assert.equal(bench.sessions(), 9);
  assert.equal(bench.closes('SessionEvicted'), 1);
  bench.send(other, 'still there');
  assert.equal(bench.closes('SessionEvicted'), 1, 'the session of another source stayed');
});

test('sessions that are in use are not ended for new ones, which are refused and counted', () => {
  using bench = sessionBench({ descriptorLimit: 4 });
  const { acceptor } = bench;
  assert.equal(acceptor.datagrams.mostSessions, 4);
  const clients = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'].map((host) => bench.client(host));
  for (const client of clients) bench.send(client, 'hello');
  for (let i = 0; i < 5; i++) bench.send(bench.client(`127.0.1.${i}`), 'let me in');
  assert.deepEqual([bench.closes('SessionLimit'), bench.drops('SessionLimit')], [5, 5]);
  assert.deepEqual([bench.sessions(), bench.closes('SessionEvicted')], [4, 0]);
  assert.equal(bench.sockets(), 4);
});

test('a flood of new clients does not end the sessions of clients that go on sending', () => {
  using bench = sessionBench({ descriptorLimit: 40 });
  const { acceptor } = bench;
  const busy = [bench.client('127.0.0.1'), bench.client('127.0.0.2')];
  for (const client of busy) bench.send(client, 'first');
  for (let round = 0; round < 300; round++) {
    acceptor.now += 3;
    const passing = bench.client(`127.1.${round >> 8}.${round & 255}`);
    bench.send(passing, 'once');
    bench.sys.close(passing);
    for (const client of busy) bench.send(client, 'again');
  }
  assert.ok(bench.closes('SessionEvicted') > 200, `${bench.closes('SessionEvicted')}`);
  const accepted = bench.sessions() + bench.closes('SessionEvicted') + bench.closes('SessionLimit');
  assert.equal(accepted, 302, 'neither of the two ever had to begin anew');
});

test('the sockets of sessions never take the port of a UDP listener or of an endpoint', () => {
  const real = libc();
  const closed: number[] = [];
  let avoided = 0;
  let asked = 0;
  using bench = sessionBench({
    sys: {
      ownAddress: (fd, at) => {
        const result = real.ownAddress(fd, at);
        // As if the kernel had chosen the endpoint's port first.
        if (asked++ === 0) bench.acceptor.socketAddress.view.setUint16(2, avoided, false);
        return result;
      },
      close: (fd) => {
        closed.push(fd);
        return real.close(fd);
      },
    },
  });
  [avoided = 0] = bench.acceptor.datagrams.avoided;
  bench.send(bench.client(), 'hello');
  assert.equal(closed.length, 1, 'the socket with that port');
  assert.equal(bench.receive(bench.endpoints[0] as number), 'hello');
  assert.equal(bench.sockets(), 1);
});

test('without a source port a session ends with that reason, and its endpoint is not to blame', () => {
  using bench = sessionBench({ sys: { connect: () => -EAGAIN } });
  bench.send(bench.client(), 'hello');
  assert.deepEqual(
    [bench.closes('NoSourcePort'), bench.drops('NoResources'), bench.sessions(), bench.sockets()],
    [1, 1, 0, 0],
  );
  assert.equal(Atomics.load(bench.acceptor.shared.failuresInARow, 0), 0);
});

test('datagrams that the kernel does not take are dropped and counted, and the session goes on', () => {
  const real = libc();
  let isFull = true;
  using bench = sessionBench({
    sys: { sendMessages: (...all) => (isFull ? -ENOBUFS : real.sendMessages(...all)) },
  });
  const client = bench.client();
  bench.send(client, 'lost');
  assert.deepEqual([bench.drops('ToEndpoint'), bench.sessions()], [1, 1]);
  isFull = false;
  bench.send(client, 'taken');
  assert.equal(bench.receive(bench.endpoints[0] as number), 'taken');
  bench.send(client, 'question');
  isFull = true;
  bench.answer(0, 'lost as well');
  assert.deepEqual([bench.drops('ToClient'), bench.receive(client)], [1, undefined]);
});

test('one turn takes a bounded number of datagrams, so that other sockets get theirs', () => {
  const real = libc();
  let calls = 0;
  using bench = sessionBench({
    sys: {
      receiveMessages: (...all) => {
        calls++;
        return real.receiveMessages(...all);
      },
    },
  });
  const client = bench.client();
  for (let i = 0; i < 200; i++) bench.put(client, 'flood');
  bench.take();
  assert.equal(calls, 4);
  const endpoint = bench.endpoints[0] as number;
  let taken = 0;
  while (bench.receive(endpoint) !== undefined) taken++;
  assert.equal(taken, 128);
});

test('one turn begins a bounded number of sessions, so that a flood of new clients does not hold up others', () => {
  using bench = sessionBench();
  for (let i = 0; i < 60; i++) bench.put(bench.client(`127.0.0.${2 + i}`), 'hello');
  bench.take();
  assert.equal(bench.sessions(), 32);
  bench.take();
  assert.equal(bench.sessions(), 60);
});

test('what is queued at a listener that is removed is taken, also from new clients; later ones are refused', () => {
  using bench = sessionBench();
  const [early, late] = [bench.client(), bench.client()];
  bench.put(early, 'in time');
  const [listener] = bench.table.listeners;
  assert.ok(listener);
  bench.adopt({ ...bench.table, version: 2, listeners: [{ ...listener, leaving: true }] });
  const endpoint = bench.endpoints[0] as number;
  assert.equal(bench.receive(endpoint), 'in time');
  bench.send(late, 'too late');
  bench.send(early, 'still served');
  assert.equal(bench.receive(endpoint), 'still served');
  assert.deepEqual([bench.drops('ListenerLeaving'), bench.sessions()], [1, 1]);
  bench.adopt({ ...bench.table, version: 3, listeners: [] });
  assert.deepEqual([bench.closes('ListenerRemoved'), bench.sockets()], [1, 0]);
});

test('a session leaves an endpoint that is gone or unhealthy at once, and gets one with its next datagram', () => {
  using bench = sessionBench({ endpoints: 2 });
  const client = bench.client();
  /** The endpoint that gets the client's next datagram. */
  const askWhere = (): number => {
    bench.send(client, 'where?');
    return bench.endpoints.findIndex((fd) => bench.receive(fd) === 'where?');
  };
  for (const change of [(slot: number) => ({ left: [slot] }), (slot: number) => ({ unhealthy: [slot] })]) {
    const at = askWhere();
    bench.adopt({ ...bench.table, version: 2, ...change(1 - at) });
    assert.equal(askWhere(), at, 'it stays when another endpoint goes');
    bench.adopt({ ...bench.table, version: 3, ...change(at) });
    assert.equal(bench.sockets(), 0);
    assert.ok(askWhere() >= 0);
    assert.equal(bench.sockets(), 1);
  }
  assert.equal(bench.sessions(), 1);
});

test('failures in a row of an endpoint end with its first answer, not with a socket that was connected', () => {
  using bench = sessionBench();
  const { acceptor } = bench;
  Atomics.store(acceptor.shared.failuresInARow, 0, 3);
  bench.send(bench.client(), 'hello');
  assert.equal(Atomics.load(acceptor.shared.failuresInARow, 0), 3);
  bench.answer(0, 'hello');
  assert.equal(Atomics.load(acceptor.shared.failuresInARow, 0), 0);
  const session = acceptor.datagrams.sessions.oldest;
  assert.ok(((acceptor.connections.flags[session * 2 + ENDPOINT] as number) & ANSWERED) !== 0);
});

test('when the sources of a listener change, sessions of clients that are denied now end', () => {
  using bench = sessionBench();
  const clients = ['127.0.0.1', '127.0.0.2'].map((host) => bench.client(host));
  for (const client of clients) bench.send(client, 'hello');
  const [listener] = bench.table.listeners;
  assert.ok(listener);
  const sources = { restricted: false, allow: [], deny: [buildAddressSet(['127.0.0.2/32'])] };
  const policy = { ...listener.policy, sources };
  bench.adopt({ ...bench.table, version: 2, listeners: [{ ...listener, policy }] });
  assert.deepEqual([bench.sessions(), bench.closes('SourceDenied')], [1, 1]);
  for (const client of clients) bench.send(client, 'again');
  assert.deepEqual([bench.sessions(), bench.drops('SourceDenied')], [1, 1]);
});

test('datagrams that arrive in few buffers leave in few, the same both ways', () => {
  const real = libc();
  const calls = { received: 0, sent: 0 };
  using bench = sessionBench({
    sys: {
      receiveMessages: (fd, at, count) => {
        const messages = real.receiveMessages(fd, at, count);
        calls.received += Math.max(0, messages);
        return messages;
      },
      sendMessages: (fd, at, count) => {
        const messages = real.sendMessages(fd, at, count);
        calls.sent += Math.max(0, messages);
        return messages;
      },
    },
  });
  const client = bench.client();
  const endpoint = bench.endpoints[0] as number;
  for (const fd of [client, endpoint, bench.socket]) real.setOption(fd, IPPROTO_UDP, UDP_GRO, 1);
  const memory = pinnedMemory(60_000);
  for (let i = 0; i < memory.bytes.length; i++) memory.bytes[i] = (i * 31 + (i >> 7)) & 255;
  const [sending, received] = [new SendBatch(), new ReceiveBatch()];
  const arrives = (fd: number): void => {
    assert.equal(received.receive(real, fd), 1);
    assert.deepEqual([received.lengthOf(0), received.segmentOf(0)], [48_100, 1200]);
  };
  sending.begin(65_507);
  sending.add(memory.address, 48_100, 1200);
  assert.equal(sending.flush(real, client), 0);
  bench.take();
  arrives(endpoint);
  assert.deepEqual(calls, { received: 1, sent: 1 });
  const keys = new WordIndex(KEY_WORDS, { low: 1, high: 2 });
  const key = new Int32Array(KEY_WORDS);
  received.readKey(0, key);
  keys.add(0, key);
  sending.beginTo(keys, 0, 65_507);
  sending.add(memory.address, 48_100, 1200);
  assert.equal(sending.flush(real, endpoint), 0);
  bench.events();
  arrives(client);
  assert.deepEqual(calls, { received: 2, sent: 2 });
});

test('a flood from 20,000 addresses takes no more memory than one from a few, and an answered client keeps its session', () => {
  using bench = sessionBench({ descriptorLimit: 256 });
  const { acceptor, sys } = bench;
  const client = bench.client('127.255.255.1');
  bench.send(client, 'hello');
  bench.answer(0, 'welcome');
  const memory = pinnedMemory(16);
  const flood = new SendBatch();
  const keys = new WordIndex(KEY_WORDS, { low: 1, high: 2 });
  const key = new Int32Array(KEY_WORDS);
  const flooder = bench.client('0.0.0.0');
  const bytes = new Uint8Array(key.buffer);
  const send = (number: number): void => {
    // From an address of this machine of its own: 127.1.0.0 and on.
    bytes.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1], KEY.Client * 4);
    bytes.set([255, 255, 127, 1 + (number >> 16), (number >> 8) & 255, number & 255], KEY.Own * 4 + 10);
    key[KEY.Peer] = bench.port | (AF_INET << 16);
    keys.add(0, key);
    flood.beginTo(keys, 0, 16);
    keys.remove(0);
    flood.add(memory.address, 8, 0);
    assert.equal(flood.flush(sys, flooder), 0);
  };
  let after1000 = 0;
  for (let number = 0; number < 20_000; number++) {
    send(number);
    if (number % 32 !== 31) continue;
    acceptor.now += 2;
    bench.take();
    if (number % 320 === 319) bench.send(client, 'still here');
    if (number < 1024) after1000 = process.memoryUsage().arrayBuffers;
  }
  const { sessions } = acceptor.datagrams;
  const ended = bench.closes('SessionEvicted') + bench.closes('SessionLimit');
  assert.equal(ended + sessions.count, 20_001);
  assert.ok(sessions.count <= 256);
  assert.ok(process.memoryUsage().arrayBuffers - after1000 < 1 << 20, 'what sessions need does not grow');
  assert.ok(acceptor.connections.capacity < 400, `${acceptor.connections.capacity} connection numbers`);
});
