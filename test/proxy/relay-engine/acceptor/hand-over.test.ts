import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { takeMail } from '../../../../proxy/relay-engine/acceptor/admit.ts';
import { createAcceptor } from '../../../../proxy/relay-engine/acceptor/create.ts';
import { claimDescriptor } from '../../../../proxy/relay-engine/acceptor/descriptors.ts';
import { handOver, leastLoaded } from '../../../../proxy/relay-engine/acceptor/hand-over.ts';
import type { ServedListener } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { INTS, intsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { PLAIN } from '../../../../proxy/relay-engine/acceptor/transport.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { AF_INET, SOCK_STREAM } from '../../../../proxy/sys/sys.ts';
import { inputsForTest, listenerForTest } from './acceptor.ts';
import { sessionBench } from './session-bench.ts';

const WAKE = 4711;
const LISTENER: ServedListener = {
  ...listenerForTest(-1, 80, { idleMs: 1000, halfClosedMs: 500 }),
  idleTicks: 100,
  halfClosedTicks: 50,
  onReadable: () => undefined,
  onLeaving: () => undefined,
  needsDescriptors: true,
  transport: PLAIN,
  version: 1,
  sources: undefined,
  preface: undefined,
};

/** Two acceptors whose loops do not run, and a client's descriptor that the first one holds. */
const two = () => {
  const sys = libc();
  const woken: number[] = [];
  const closed: number[] = [];
  const inputs = inputsForTest(
    { ...sys, signal: (eventfd) => woken.push(eventfd), close: (fd) => closed.push(fd) },
    { acceptors: 2 },
  );
  const sender = createAcceptor({ ...inputs, index: 0 });
  const receiver = createAcceptor({ ...inputs, index: 1 });
  const { ints, owners } = inputs.shared;
  ints[intsAt(1) + INTS.Wake] = WAKE;
  const client = sys.socket(AF_INET, SOCK_STREAM, 0);
  claimDescriptor(sender, client);
  after(() => {
    for (const fd of [sender.epoll, receiver.epoll, inputs.eventfd, client]) sys.close(fd);
  });
  return { sender, receiver, client, ints, owners, woken, closed };
};

for (const [asleep, wakes] of [
  [1, [WAKE]],
  [0, []],
] as const)
  test(`an acceptor that is ${asleep === 1 ? 'asleep' : 'awake'} is ${asleep === 1 ? '' : 'not '}woken for a connection that is handed over to it`, () => {
    const { sender, client, ints, woken } = two();
    ints[intsAt(1) + INTS.Asleep] = asleep;
    assert.ok(handOver(sender, 1, client, LISTENER));
    assert.deepEqual(woken, wakes);
  });

test('a connection handed over by an acceptor that died is not taken after the clean-up, since its descriptor may be reused', () => {
  const { sender, receiver, client, owners, ints, closed } = two();
  assert.ok(handOver(sender, 1, client, LISTENER));
  owners[client] = 0;
  takeMail(receiver);
  assert.deepEqual(closed, []);
  assert.equal(ints[intsAt(1) + INTS.Taken], 1, 'it is no longer being handed over');
});

test('sessions of UDP do not decide which acceptor gets a connection', () => {
  const { sender, ints } = two();
  ints[intsAt(1) + INTS.Taking] = 1;
  const [own, other] = [intsAt(0), intsAt(1)];
  ints[own + INTS.Open] = 1000;
  ints[own + INTS.Sessions] = 998;
  ints[other + INTS.Open] = 5;
  assert.equal(leastLoaded(sender), 0);
  ints[own + INTS.Sessions] = 900;
  assert.equal(leastLoaded(sender), 1);
});

test('the sessions of an acceptor are counted as they begin and end', () => {
  using bench = sessionBench();
  const { ints } = bench.acceptor.shared;
  const clients = [bench.client(), bench.client()];
  for (const client of clients) bench.send(client, 'hello');
  assert.equal(ints[intsAt(0) + INTS.Sessions], 2);
  bench.adopt({ ...bench.table, version: 2, listeners: [] });
  assert.equal(ints[intsAt(0) + INTS.Sessions], 0);
});
