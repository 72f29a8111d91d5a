import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAcceptor } from '../../../proxy/acceptor/loop.ts';
import { INTS, intsAt } from '../../../proxy/acceptor/shared-memory.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { inputsForTest } from './acceptor.ts';

test('connections that were left for an acceptor before it has a table do not keep it from sleeping', () => {
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
