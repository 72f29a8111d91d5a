import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINT } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { leaveEndpoint } from '../../../../proxy/relay-engine/acceptor/leave-endpoint.ts';
import { onSessionDeadline } from '../../../../proxy/relay-engine/acceptor/session-state.ts';
import { LISTENER_TOTALS, listenerTotalsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import { sessionBench } from './session-bench.ts';

/** More than fit into a queue, which takes some 1,300 bytes for each. */
const ANSWERS = 5_000;
const ANSWER_BYTES = 1_000;

/** A session whose endpoint has sent more than its socket's queue holds. */
const flooded = () => {
  const bench = sessionBench();
  const { acceptor, sys } = bench;
  bench.send(bench.client(), 'question');
  const session = acceptor.datagrams.sessions.oldest;
  const socket = acceptor.connections.fd[session * 2 + ENDPOINT] as number;
  const memory = pinnedMemory(ANSWER_BYTES);
  const address = pinnedMemory(SOCKET_ADDRESS_BYTES);
  assert.equal(sys.ownAddress(socket, address.address), 0);
  writeSocketAddress(address.view, 0, '127.0.0.1', address.view.getUint16(2, false));
  const endpoint = bench.endpoints[0] as number;
  assert.equal(sys.connect(endpoint, address.address, 16), 0);
  const flood = (): void => {
    for (let i = 0; i < ANSWERS; i++)
      assert.equal(sys.send(endpoint, memory.address, ANSWER_BYTES, false), ANSWER_BYTES);
  };
  const sent = (): number =>
    acceptor.shared.totals[listenerTotalsAt(0, 0) + LISTENER_TOTALS.DatagramsSent] as number;
  /** Datagrams that reached the client or are counted as dropped. */
  const counted = (): number => sent() + bench.drops('ToClient') + bench.drops('AnswerQueueFull');
  const takeAll = (): void => {
    for (let before = -1; before !== counted(); ) {
      before = counted();
      bench.events();
    }
  };
  flood();
  return { bench, acceptor, session, flood, counted, takeAll };
};

test('answers that the queue of a session had no room for are counted, each once', () => {
  const { bench, flood, counted, takeAll } = flooded();
  using _ = bench;
  takeAll();
  assert.ok(bench.drops('AnswerQueueFull') > 0);
  assert.equal(counted(), ANSWERS);
  flood();
  takeAll();
  assert.equal(counted(), 2 * ANSWERS);
});

test('answers that were dropped before a session leaves its endpoint are counted', () => {
  const { bench, acceptor, session } = flooded();
  using _ = bench;
  leaveEndpoint(acceptor, session);
  const drops = bench.drops('AnswerQueueFull');
  assert.ok(drops > 0 && drops < ANSWERS, `${drops}`);
  bench.send(bench.client(), 'another question');
  bench.events();
  assert.equal(bench.drops('AnswerQueueFull'), drops);
});

test('answers that were dropped are counted when the time of a session is looked at, and when it ends', () => {
  const { bench, acceptor, session, flood } = flooded();
  using _ = bench;
  onSessionDeadline(acceptor, session);
  const drops = bench.drops('AnswerQueueFull');
  assert.ok(drops > 0);
  flood();
  acceptor.now += 1_000_000;
  onSessionDeadline(acceptor, session);
  assert.equal(bench.closes('SessionIdle'), 1);
  assert.equal(bench.drops('AnswerQueueFull'), drops + ANSWERS);
});
