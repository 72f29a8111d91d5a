import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { Acceptor } from '../../../proxy/acceptor/context.ts';
import { createAcceptor } from '../../../proxy/acceptor/create.ts';
import { closeConnection } from '../../../proxy/acceptor/ending.ts';
import { allocateShared, MAX_DESCRIPTORS, viewShared } from '../../../proxy/acceptor/shared-memory.ts';
import { waitForPlace } from '../../../proxy/acceptor/waiting.ts';
import { libc } from '../../../proxy/sys/libc.ts';

const sys = libc();
let eventfd: number;
let acceptor: Acceptor;

beforeEach(() => {
  eventfd = sys.eventfd();
  acceptor = createAcceptor({
    index: 0,
    acceptors: 1,
    sys,
    shared: viewShared(allocateShared(1, MAX_DESCRIPTORS)),
    eventfd,
    sourcePorts: { low: 32_768, high: 60_999, reused: false },
    now: () => 0,
    wallClock: () => 0,
    received: () => [],
    seed: 1,
    tell: () => undefined,
  });
});

afterEach(() => {
  sys.close(acceptor.epoll);
  sys.close(eventfd);
});

/** A connection that waits; undefined where the queue takes no more. */
const enter = (): number | undefined => {
  const connection = acceptor.connections.take();
  acceptor.connections.listenerSlot[connection] = 0;
  acceptor.connections.backendSlot[connection] = 0;
  return waitForPlace(acceptor, connection) ? connection : undefined;
};

test('who has gone takes no place in the queue, and its number waits only once', () => {
  const entered = Array.from({ length: 256 }, () => enter() as number);
  assert.equal(enter(), undefined, 'the queue is full');
  // All in one turn of the loop: nobody has looked at the queue meanwhile.
  for (const connection of entered.slice(10, 100)) closeConnection(acceptor, connection, 'ClientGone');
  const staying = [...entered.slice(0, 10), ...entered.slice(100)];
  assert.deepEqual(acceptor.waiting, staying, 'the others keep their turns');
  acceptor.connections.recycle();
  const fresh = Array.from({ length: 90 }, enter);
  assert.deepEqual(acceptor.waiting, [...staying, ...fresh]);
  assert.equal(new Set(acceptor.waiting).size, 256);
  assert.equal(enter(), undefined, 'full again');
});
