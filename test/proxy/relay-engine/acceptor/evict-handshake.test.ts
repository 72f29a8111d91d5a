import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HANDSHAKE } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import {
  MOST_HANDSHAKES,
  makeRoomForHandshake,
} from '../../../../proxy/relay-engine/acceptor/evict-handshake.ts';
import { beginHandshake } from '../../../../proxy/relay-engine/acceptor/handshake.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { EAGAIN } from '../../../../proxy/sys/sys.ts';
import { acceptorForTest } from './acceptor.ts';

/** An acceptor with as many handshakes as fit; those of clients in `answered` can go on. */
const full = () => {
  const answered = new Set<number>();
  const freed: number[] = [];
  let sides = 0;
  const tls = {
    accept: () => ++sides,
    handshake: (side: number) => (answered.has(side) ? 1 : -EAGAIN),
    free: (side: number) => freed.push(side),
    isResumed: () => false,
    version: () => 0x304,
    end: () => 0,
  };
  const acceptor: Acceptor & Disposable = Object.defineProperty(acceptorForTest(libc()), 'tls', {
    value: () => tls,
  });
  const { connections, counters } = acceptor;
  const ended: string[] = [];
  Object.assign(counters, {
    handshakeDone: () => ended.push('complete'),
    handshakeFailed: (_slot: number, why: string) => ended.push(why),
  });
  const begin = (): number => {
    const connection = connections.take();
    makeRoomForHandshake(acceptor);
    beginHandshake(acceptor, connection, { address: 1 }, 100);
    return connection;
  };
  const all = Array.from({ length: MOST_HANDSHAKES }, begin);
  return { acceptor, connections, answered, freed, ended, all, begin };
};

test('a handshake more than fit ends the one that has waited for its client longest', () => {
  const { acceptor, connections, freed, ended, begin } = full();
  assert.deepEqual(freed, []);
  begin();
  begin();
  assert.deepEqual(freed, [1, 2]);
  assert.deepEqual(ended, ['Evicted', 'Evicted']);
  assert.equal(connections.handshakes.size, MOST_HANDSHAKES);
  acceptor[Symbol.dispose]();
});

test('one whose client has answered meanwhile goes on instead', () => {
  const { acceptor, connections, answered, ended, all, begin } = full();
  answered.add(1);
  begin();
  assert.notEqual(connections.state[all[0] as number], HANDSHAKE);
  assert.deepEqual(ended, ['complete']);
  assert.equal(connections.handshakes.size, MOST_HANDSHAKES);
  acceptor[Symbol.dispose]();
});
