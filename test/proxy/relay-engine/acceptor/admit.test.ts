import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeMail } from '../../../../proxy/relay-engine/acceptor/admit.ts';
import { CONNECTING, FREE } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import { createAcceptor } from '../../../../proxy/relay-engine/acceptor/create.ts';
import { claimDescriptor } from '../../../../proxy/relay-engine/acceptor/descriptors.ts';
import { closeConnection } from '../../../../proxy/relay-engine/acceptor/ending.ts';
import { handOver } from '../../../../proxy/relay-engine/acceptor/hand-over.ts';
import type { AcceptorTable } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import { serveTable } from '../../../../proxy/relay-engine/acceptor/serve-table.ts';
import { EMPTY_TABLE, type ServedListener } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { AF_INET, SOCK_STREAM } from '../../../../proxy/sys/sys.ts';
import { backendForTest, inputsForTest, listenerForTest, tableForTest } from './acceptor.ts';

const sys = libc();
const LISTENER = listenerForTest(-1, 80, { idleMs: 60_000, halfClosedMs: 30_000 });

const CLIENT_ADDRESS = Array.from({ length: 16 }, (_, index) => index + 1);

/** One listener in front of one backend, or neither. */
const tableOf = (version: number, serves: boolean): AcceptorTable =>
  tableForTest({
    version,
    listeners: serves ? [LISTENER] : [],
    backends: serves ? [backendForTest([{ address: '127.0.0.1', port: 9 }])] : [],
  });

test('a connection handed over under the previous table gets an endpoint, although its listener and backend were removed', () => {
  const dialed: number[] = [];
  const inputs = inputsForTest(
    {
      ...sys,
      connect: (fd) => {
        dialed.push(fd);
        return 0;
      },
    },
    { acceptors: 2 },
  );
  const sender: Acceptor = createAcceptor({ ...inputs, index: 0 });
  const receiver: Acceptor = createAcceptor({ ...inputs, index: 1 });
  try {
    for (const acceptor of [sender, receiver])
      acceptor.table = serveTable(tableOf(1, true), EMPTY_TABLE, acceptor.shared);
    const fd = sys.socket(AF_INET, SOCK_STREAM, 0);
    claimDescriptor(sender, fd);
    // The sender checked the receiver's version before this, and puts the connection into its mailbox after.
    receiver.table = serveTable(tableOf(2, false), receiver.table, receiver.shared);
    const listener = sender.table.listeners[0] as ServedListener;
    sender.arrival.port = 4711;
    sender.arrival.address.set(CLIENT_ADDRESS);
    assert.ok(handOver(sender, 1, fd, listener));
    takeMail(receiver);
    const connection = receiver.connections.state.findIndex((state) => state !== FREE);
    const { idleTicks, halfClosedTicks, clientPort, clientAddress } = receiver.connections;
    assert.deepEqual(
      [idleTicks[connection], halfClosedTicks[connection], clientPort[connection]],
      [listener.idleTicks, listener.halfClosedTicks, 4711],
    );
    assert.deepEqual([...clientAddress.subarray(connection * 16, connection * 16 + 16)], CLIENT_ADDRESS);
    assert.equal(receiver.connections.state[connection], CONNECTING);
    assert.equal(dialed.length, 1);
    assert.equal(
      receiver.connections.backendSlot[connection],
      -1,
      'the slot may soon be reused for another backend',
    );
    closeConnection(receiver, connection, 'ClientGone');
  } finally {
    for (const { epoll } of [sender, receiver]) sys.close(epoll);
    sys.close(inputs.eventfd);
  }
});
