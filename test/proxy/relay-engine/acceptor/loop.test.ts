import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAcceptor } from '../../../../proxy/relay-engine/acceptor/loop.ts';
import { INTS, intsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../../proxy/sys/memory.ts';
import { writeSocketAddress } from '../../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EADDRNOTAVAIL,
  SO_REUSEADDR,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from '../../../../proxy/sys/sys.ts';
import { freePort } from '../../../../tooling/process/free-ports.ts';
import { backendForTest, inputsForTest, listenerForTest, tableForTest } from './acceptor.ts';

test('connections handed over to an acceptor without a table do not keep it from sleeping', () => {
  const sys = libc();
  const waits: number[] = [];
  const inputs = inputsForTest(
    {
      ...sys,
      epollWait: (_epoll, _at, _max, timeoutMs) => {
        waits.push(timeoutMs);
        shared.ints[intsAt(0) + INTS.Stop] = 1;
        return 0;
      },
    },
    { acceptors: 2 },
  );
  const { shared, eventfd } = inputs;
  shared.ints[intsAt(0) + INTS.Mail] = 1;
  runAcceptor(inputs);
  sys.close(eventfd);
  assert.deepEqual(waits, [1000]);
});

test('a chosen source port is never the port of a listener or an endpoint of the table', async () => {
  const sys = libc();
  const memory = pinnedMemory(128);
  const port = await freePort();
  writeSocketAddress(memory.view, 0, '127.0.0.1', port);
  const listening = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  // The port may be in TIME_WAIT after another process; freePort tries it as Node listens, which allows that.
  sys.setOption(listening, SOL_SOCKET, SO_REUSEADDR, 1);
  assert.equal(sys.bind(listening, memory.address, 16), 0);
  assert.equal(sys.listen(listening, 16), 0);
  const client = sys.socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sys.connect(client, memory.address, 16);
  const bound = new Set<number>();
  let turns = 0;
  const inputs = inputsForTest(
    {
      ...sys,
      // The kernel has no ports left.
      connect: () => -EADDRNOTAVAIL,
      bind: (fd, at, length) => {
        // The acceptor binds in this process, so the port can be read back.
        const result = sys.bind(fd, at, length);
        if (sys.ownAddress(fd, memory.address) >= 0) bound.add(memory.view.getUint16(2, false));
        return result;
      },
      epollWait: (epoll, at, max) => {
        turns++;
        if (turns === 1) sys.signal(eventfd);
        if (turns === 20) shared.ints[intsAt(0) + INTS.Stop] = 1;
        return sys.epollWait(epoll, at, max, 100);
      },
    },
    {
      sourcePorts: { low: port - 2, high: port + 5, reused: false },
      received: () => [
        {
          type: 'Table',
          table: tableForTest({
            listeners: [listenerForTest(listening, port, { idleMs: 1000, halfClosedMs: 1000 })],
            backends: [backendForTest([{ address: '127.0.0.1', port: port + 3 }])],
          }),
        },
      ],
    },
  );
  const { shared, eventfd } = inputs;
  runAcceptor(inputs);
  for (const fd of [client, listening, eventfd]) sys.close(fd);
  // Of eight ports, the first two are left to the kernel.
  assert.deepEqual(
    [...bound].toSorted((a, b) => a - b),
    [port + 1, port + 2, port + 4, port + 5],
  );
});
