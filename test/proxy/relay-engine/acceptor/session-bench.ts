import assert from 'node:assert/strict';
import { CLOSES, type CloseReason } from '../../../../proxy/engine/close-reason.ts';
import { DATAGRAM_DROPS, type DatagramDrop } from '../../../../proxy/engine/datagram-drop.ts';
import { ID_EVENTS, type IdEvent } from '../../../../proxy/engine/id-event.ts';
import { adoptTable } from '../../../../proxy/relay-engine/acceptor/adopt-table.ts';
import { SESSION } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import { createAcceptor } from '../../../../proxy/relay-engine/acceptor/create.ts';
import { ReceiveBatch } from '../../../../proxy/relay-engine/acceptor/datagrams/receive-batch.ts';
import { SendBatch } from '../../../../proxy/relay-engine/acceptor/datagrams/send-batch.ts';
import { KEY_WORDS } from '../../../../proxy/relay-engine/acceptor/datagrams/session-key.ts';
import { WordIndex } from '../../../../proxy/relay-engine/acceptor/datagrams/word-index.ts';
import { followIds } from '../../../../proxy/relay-engine/acceptor/learn-ids.ts';
import type { AcceptorTable } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import type { ServedListener } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { onSessionEvent } from '../../../../proxy/relay-engine/acceptor/session-state.ts';
import { LISTENER_TOTALS, listenerTotalsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { takeDatagrams } from '../../../../proxy/relay-engine/acceptor/take-datagrams.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EPOLLERR,
  EPOLLIN,
  IP_PKTINFO,
  IPPROTO_IP,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  type Sys,
} from '../../../../proxy/sys/sys.ts';
import { awaitDelivery } from '../../await-delivery.ts';
import { backendForTest, inputsForTest, listenerForTest, tableForTest } from './acceptor.ts';

const memory = pinnedMemory(65_536);
const address = pinnedMemory(128);

const portOf = (sys: Sys, fd: number): number => {
  assert.equal(sys.ownAddress(fd, address.address), 0);
  return address.view.getUint16(2, false);
};

/** Answers whoever sent the last of the datagrams that a socket has ever got. */
const answering = (sys: Sys) => {
  const [received, sending] = [new ReceiveBatch(), new SendBatch()];
  const keys = new WordIndex(KEY_WORDS, { low: 1, high: 2 });
  const peers = new Map<number, Int32Array>();
  return (fd: number, data: number, length: number): void => {
    const count = received.receive(sys, fd);
    const key = peers.get(fd) ?? new Int32Array(KEY_WORDS);
    assert.ok(count > 0 || peers.has(fd), `nothing to answer: ${count}`);
    if (count > 0) received.readKey(count - 1, key);
    peers.set(fd, key);
    keys.add(0, key);
    sending.beginTo(keys, 0, length);
    sending.add(data, length, 0);
    assert.equal(sending.flush(sys, fd), 0);
    keys.remove(0);
  };
};

/** An acceptor with one UDP listener whose loop does not run: the test says what happens, and when. */
export const sessionBench = (
  change: Partial<AcceptorTable> & { readonly endpoints?: number; readonly sys?: Partial<Sys> } = {},
) => {
  const real = libc();
  const opened: number[] = [];
  const open = (host: string): number => {
    const fd = real.socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    opened.push(fd);
    const length = writeSocketAddress(address.view, 0, host, 0);
    assert.equal(real.bind(fd, address.address, length), 0);
    return fd;
  };
  const { endpoints: count = 1, sys: faults = {}, ...table } = change;
  const sys: Sys = { ...real, ...faults };
  const inputs = inputsForTest(sys);
  const acceptor = createAcceptor(inputs);
  acceptor.now = 10_000;
  const socket = open('0.0.0.0');
  real.setOption(socket, IPPROTO_IP, IP_PKTINFO, 1);
  const port = portOf(real, socket);
  const endpoints = Array.from({ length: count }, () => open('127.0.0.1'));
  const first = tableForTest({
    listeners: [{ ...listenerForTest(socket, port), protocol: 'UDP' }],
    backends: [backendForTest(endpoints.map((fd) => ({ address: '127.0.0.1', port: portOf(real, fd) })))],
    ...table,
  });
  const adopt = (next: AcceptorTable): void => {
    followIds(acceptor, next);
    adoptTable(acceptor, serveTable(next, acceptor.table, acceptor.shared));
  };
  adopt(first);
  const { totals } = inputs.shared;
  const receive = (fd: number): string | undefined => {
    awaitDelivery();
    const length = real.recv(fd, memory.address, 65_536);
    return length < 0 ? undefined : Buffer.from(memory.bytes.subarray(0, length)).toString('latin1');
  };
  const answerLast = answering(real);
  const bench = {
    acceptor,
    sys: real,
    table: first,
    adopt,
    endpoints,
    /** The listener's own socket and port. */
    socket,
    port,
    /** Opens a client's socket, connected to the listener. */
    client(host = '127.0.0.1', to = '127.0.0.1'): number {
      const fd = open(host);
      writeSocketAddress(address.view, 0, to, port);
      assert.equal(real.connect(fd, address.address, 16), 0);
      return fd;
    },
    /** Sends a datagram from a client, without letting the acceptor take it. */
    put(client: number, data: string | Uint8Array): void {
      memory.bytes.set(typeof data === 'string' ? Buffer.from(data) : data);
      assert.equal(real.send(client, memory.address, data.length, false), data.length);
    },
    /** Lets the acceptor take what clients have sent. */
    take(): void {
      awaitDelivery();
      takeDatagrams(acceptor, acceptor.table.listeners[0] as ServedListener);
      acceptor.connections.recycle();
    },
    /** Sends a datagram from a client through the acceptor. */
    send(client: number, data: string | Uint8Array): void {
      bench.put(client, data);
      bench.take();
    },
    /** The oldest datagram that a socket has got. */
    receive,
    hasDatagram(endpoint: number): boolean {
      awaitDelivery();
      return real.peek(endpoints[endpoint] as number, memory.address, 1) >= 0;
    },
    /** Has an endpoint answer the last datagram that it has got, once more if it has none since. */
    answer(endpoint: number, data: string | Uint8Array): void {
      const fd = endpoints[endpoint] as number;
      memory.bytes.set(typeof data === 'string' ? Buffer.from(data) : data);
      answerLast(fd, memory.address, data.length);
      bench.events();
    },
    /** Reports that something is readable, or failed, to every session. */
    events(events = EPOLLIN | EPOLLERR): void {
      awaitDelivery();
      const { connections } = acceptor;
      for (let session = 0; session < connections.capacity; session++)
        if (connections.state[session] === SESSION) onSessionEvent(acceptor, session, events);
    },
    sessions: (): number => acceptor.datagrams.sessions.count,
    /** How many sockets sessions have. */
    sockets: (): number => Atomics.load(inputs.shared.held, 0),
    closes: (reason: CloseReason): number =>
      CLOSES.reduce(
        (sum, close, index) =>
          sum +
          (close.reason === reason
            ? (totals[listenerTotalsAt(0, 0) + LISTENER_TOTALS.Closes + index] as number)
            : 0),
        0,
      ),
    ids: (event: IdEvent): number =>
      totals[listenerTotalsAt(0, 0) + LISTENER_TOTALS.Ids + ID_EVENTS.indexOf(event)] as number,
    drops: (drop: DatagramDrop): number =>
      totals[
        listenerTotalsAt(0, 0) + LISTENER_TOTALS.DatagramsDropped + DATAGRAM_DROPS.indexOf(drop)
      ] as number,
    [Symbol.dispose]: () => {
      for (const fd of [...opened, acceptor.epoll, inputs.eventfd]) real.close(fd);
      for (const [fd, owner] of inputs.shared.owners.entries())
        if (owner !== 0 && fd !== acceptor.epoll) real.close(fd);
    },
  };
  return bench;
};
