import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAcceptor } from '../../../../proxy/relay-engine/acceptor/loop.ts';
import type { AcceptorListener, ToAcceptor } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import {
  INTS,
  intsAt,
  LISTENER_TOTALS,
  listenerTotalsAt,
} from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import { AF_INET, SOCK_NONBLOCK, SOCK_STREAM } from '../../../../proxy/sys/sys.ts';
import { inputsForTest, listenerForTest } from './acceptor.ts';

/** More than are accepted from a listener at once. */
const CLIENTS = 100;

test('clients queued at a listener are accepted before a table without it is served', () => {
  const sys = libc();
  const memory = pinnedMemory(128);
  writeSocketAddress(memory.view, 0, '127.0.0.1', 0);
  const listening = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  assert.ok(sys.bind(listening, memory.address, 16) >= 0);
  assert.ok(sys.listen(listening, CLIENTS) >= 0);
  sys.ownAddress(listening, memory.address);
  const port = memory.view.getUint16(2, false);
  const clients: number[] = [];
  const table = (version: number, listeners: readonly AcceptorListener[]): ToAcceptor => ({
    type: 'Table',
    table: {
      version,
      descriptorLimit: 2 * CLIENTS + 100,
      accessLog: { mode: 'Off', sampleOneIn: 2 },
      listeners,
      backends: [],
      removed: [],
    },
  });
  const tables = [
    table(1, [listenerForTest(listening, port, { idleMs: 1000, halfClosedMs: 1000 })]),
    table(2, []),
  ];
  const versions: number[] = [];
  let turns = 0;
  const inputs = inputsForTest(
    {
      ...sys,
      epollWait: (epoll, at) => {
        turns++;
        // The control thread's wake-up comes first, so it is the one event of the turn.
        if (turns <= 2) sys.signal(eventfd);
        if (turns === 2)
          for (let i = 0; i < CLIENTS; i++) {
            const client = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
            sys.connect(client, memory.address, 16);
            clients.push(client);
          }
        if (turns > 2) shared.ints[intsAt(0) + INTS.Stop] = 1;
        return sys.epollWait(epoll, at, 1, 0);
      },
    },
    {
      received: () => tables.splice(0, 1),
      notify: (message) => {
        if (message.type === 'Adopted') versions.push(message.version);
      },
    },
  );
  const { shared, eventfd } = inputs;
  runAcceptor(inputs);
  for (const fd of [...clients, listening, eventfd]) sys.close(fd);
  assert.deepEqual(versions, [1, 2]);
  assert.equal(shared.totals[listenerTotalsAt(0, 0) + LISTENER_TOTALS.Accepted], CLIENTS);
});
