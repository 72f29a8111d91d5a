import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLIENT,
  ENDED,
  ENDPOINT,
  READ_ON,
  READABLE,
  RELAYING,
  RESET,
  SHUT,
} from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { Acceptor } from '../../../../proxy/relay-engine/acceptor/context.ts';
import { EndpointContexts } from '../../../../proxy/relay-engine/acceptor/endpoint-contexts.ts';
import { prepareTls, secure } from '../../../../proxy/relay-engine/acceptor/secure-endpoint.ts';
import { sendTo } from '../../../../proxy/relay-engine/acceptor/send-to.ts';
import type { ServedBackend } from '../../../../proxy/relay-engine/acceptor/served-table.ts';
import {
  announceEnd,
  CUT_OFF,
  freeTls,
  resumeTls,
  TLS,
  VIOLATED,
} from '../../../../proxy/relay-engine/acceptor/tls-transport.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import {
  AF_INET,
  EAGAIN,
  ECONNRESET,
  ENOMEM,
  EPIPE,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLOUT,
  TCP_NODELAY,
} from '../../../../proxy/sys/sys.ts';
import { TLS_FAILED, type Tls, TRUNCATED, WANTS_WRITE } from '../../../../proxy/sys/tls.ts';
import { tableBackend } from '../../tables.ts';
import { acceptorForTest } from './acceptor.ts';

const SSL = 77;
const UNVERIFIED = { verify: false, minVersion: 'TLS1.2', alpn: [] } as const;

/** A client's side with TLS whose calls return the results that are given, in order; then -EAGAIN. */
const world = (results: Partial<Record<'read' | 'write' | 'end', readonly number[]>>, canWatch = true) => {
  const calls: string[] = [];
  const left = {
    read: [...(results.read ?? [])],
    write: [...(results.write ?? [])],
    end: [...(results.end ?? [])],
  };
  const next = (call: keyof typeof left, ...all: readonly number[]): number => {
    calls.push([call, ...all].join(' '));
    return left[call].shift() ?? -EAGAIN;
  };
  const tls: Tls = {
    serverContext: () => 1,
    freeContext: () => undefined,
    setTicketKeys: () => undefined,
    setStaples: () => undefined,
    accept: () => SSL,
    clientContext: () => 1,
    connect: () => SSL,
    chosenGroup: () => 0,
    takeSession: () => 0,
    freeSession: () => undefined,
    contextOf: () => 1,
    handshake: () => 1,
    read: (_connection, address, length) => next('read', address, length),
    write: (_connection, address, length) => next('write', address, length),
    end: () => next('end'),
    free: (connection) => calls.push(`free ${connection}`),
    reason: 0,
    hasAlerted: () => false,
    alert: () => true,
    isResumed: () => false,
    version: () => 0,
    peerCertificate: () => undefined,
    facts: () => ({ version: '', cipher: '', protocol: '', signature: '', key: '' }),
    verifyResult: () => 0,
  };
  const sys = libc();
  const made = acceptorForTest({
    ...sys,
    shutdown: () => {
      calls.push('shutdown');
      return 0;
    },
    resetOnClose: () => 0,
    setOption: (_fd, _level, option, value) => {
      calls.push(`option ${option} ${value}`);
      return 0;
    },
    epollControl: (epoll, operation, ...all) => {
      if (operation === EPOLL_CTL_ADD) return sys.epollControl(epoll, operation, ...all);
      if (operation === EPOLL_CTL_MOD) calls.push('watch');
      return canWatch ? 0 : -ENOMEM;
    },
  });
  const acceptor: Acceptor & Disposable = Object.defineProperty(made, 'tls', { value: () => tls });
  const { connections } = acceptor;
  const connection = connections.take();
  const side = connection * 2 + CLIENT;
  connections.state[connection] = RELAYING;
  connections.tls[side] = SSL;
  connections.setTransport(side, TLS);
  return { acceptor, connections, calls, side, other: connection * 2 + ENDPOINT };
};

test('a side with TLS is read on until the kernel says that nothing is left', () => {
  assert.equal(TLS.flags & READ_ON, READ_ON);
});

test('whole records are read one after the other, until one is short or the buffer is full', () => {
  const short = world({ read: [16_384, 100] });
  assert.equal(TLS.recv(short.acceptor, short.side, 1000, 32_768), 16_484);
  assert.deepEqual(short.calls, ['read 1000 32768', 'read 17384 16384']);
  const full = world({ read: [16_384, 16_384] });
  assert.equal(TLS.recv(full.acceptor, full.side, 0, 32_768), 32_768);
  const first = world({ read: [16_384, -TLS_FAILED, -TLS_FAILED] });
  assert.equal(TLS.recv(first.acceptor, first.side, 0, 32_768), 16_384, 'what came before an error');
  assert.equal(TLS.recv(first.acceptor, first.side, 0, 32_768), -ECONNRESET);
  for (const { acceptor } of [short, full, first]) acceptor[Symbol.dispose]();
});

test('a read that has to write first is made again once the socket is writable', () => {
  using made = world({ read: [-WANTS_WRITE, 5] }).acceptor;
  const side = CLIENT;
  assert.equal(TLS.recv(made, side, 0, 100), -EAGAIN);
  made.connections.flags[side] = (made.connections.flags[side] as number) & ~READABLE;
  assert.equal(resumeTls(made, side, EPOLLIN), EPOLLIN);
  assert.equal((made.connections.flags[side] as number) & READABLE, 0, 'not writable yet');
  resumeTls(made, side, EPOLLOUT);
  assert.equal((made.connections.flags[side] as number) & READABLE, READABLE);
  assert.equal(made.connections.tlsNotes[side], 0);
});

test('a write that has to read first is made again once the socket is readable', () => {
  const { acceptor, side } = world({ write: [-EAGAIN] });
  assert.equal(TLS.send(acceptor, side, 0, 100, false), -EAGAIN);
  assert.equal(resumeTls(acceptor, side, EPOLLOUT), EPOLLOUT);
  assert.equal(resumeTls(acceptor, side, EPOLLIN), EPOLLIN | EPOLLOUT);
  assert.equal(resumeTls(acceptor, side, EPOLLIN), EPOLLIN, 'only once');
  acceptor[Symbol.dispose]();
});

test('a side that cannot be watched for being writable fails, instead of waiting without end', () => {
  const { acceptor, side } = world({ read: [-WANTS_WRITE] }, false);
  assert.equal(TLS.recv(acceptor, side, 0, 100), -ENOMEM);
  acceptor[Symbol.dispose]();
});

test('a write goes on with the rest, and returns what was taken', () => {
  const { acceptor, side, calls } = world({ write: [16_384, -WANTS_WRITE, -WANTS_WRITE, -TLS_FAILED] });
  assert.equal(TLS.send(acceptor, side, 0, 32_768, false), 16_384);
  assert.deepEqual(calls, ['write 0 32768', 'write 16384 16384']);
  assert.equal(TLS.send(acceptor, side, 0, 10, false), -EAGAIN);
  assert.equal(TLS.send(acceptor, side, 0, 10, false), -EPIPE);
  acceptor[Symbol.dispose]();
});

test('a write that fails after a part of the bytes was sent has failed', () => {
  const { acceptor, side } = world({ write: [16_384, -EPIPE] });
  assert.equal(TLS.send(acceptor, side, 0, 32_768, false), -EPIPE);
  acceptor[Symbol.dispose]();
});

test('a stream that was cut off, and bytes that are no TLS, are resets that are told apart', () => {
  for (const [result, noted] of [
    [-TRUNCATED, CUT_OFF],
    [-TLS_FAILED, VIOLATED],
  ] as const) {
    const { acceptor, connections, side } = world({ read: [result] });
    assert.equal(TLS.recv(acceptor, side, 0, 100), -ECONNRESET);
    assert.equal(connections.tlsNotes[side], noted);
    acceptor[Symbol.dispose]();
  }
});

test('a stream that is cut off after the end of ours has ended, but the other side is reset', () => {
  const { acceptor, connections, side, other } = world({ read: [-TRUNCATED] });
  connections.flags[side] = SHUT;
  connections.flags[other] = ENDED;
  assert.equal(TLS.recv(acceptor, side, 0, 100), 0);
  assert.equal((connections.flags[other] as number) & RESET, RESET);
  acceptor[Symbol.dispose]();
});

test('the end of the stream is announced before the socket ends it, once the socket takes that', () => {
  const { acceptor, side, calls } = world({ end: [-WANTS_WRITE, 0] });
  assert.equal(TLS.shutdown(acceptor, side), 0);
  assert.deepEqual(calls, ['end', 'watch']);
  resumeTls(acceptor, side, EPOLLOUT);
  assert.deepEqual(calls, ['end', 'watch', 'end', 'shutdown']);
  acceptor[Symbol.dispose]();
});

test('neither the handshake with an endpoint nor what is sent after it waits for an acknowledgement', () => {
  const { acceptor, connections, calls, side, other } = world({ write: [5] });
  connections.setTransport(other, TLS);
  connections.endpointSlot[side >> 1] = 0;
  const context = new EndpointContexts(acceptor.tls).follow([
    { slot: 0, policy: tableBackend({ tls: UNVERIFIED }).policy },
  ]);
  const backend = { context: context.get(0), addresses: 0, families: [AF_INET] } as unknown as ServedBackend;
  assert.equal(prepareTls(acceptor, side >> 1, backend, 0), undefined);
  assert.deepEqual(calls, [`option ${TCP_NODELAY} 1`]);
  assert.equal(secure(acceptor, side >> 1), 'Done');
  assert.equal(sendTo(acceptor, other, 0, 5, false), 5);
  assert.deepEqual(calls, [`option ${TCP_NODELAY} 1`, 'write 0 5'], 'it is set once');
  acceptor[Symbol.dispose]();
});

const ENDS: readonly (readonly [string, number, readonly string[]])[] = [
  ['in order', 0, ['end', `free ${SSL}`]],
  ['after its end was announced', SHUT, [`free ${SSL}`]],
  ['by a reset', RESET, [`free ${SSL}`]],
];

for (const [how, flags, expected] of ENDS)
  test(`a side that ends ${how} is told so once, and freed once`, () => {
    const { acceptor, connections, side, calls } = world({ end: [0] });
    connections.flags[side] = flags;
    for (let i = 0; i < 2; i++) {
      announceEnd(acceptor, side);
      freeTls(acceptor, side);
    }
    assert.deepEqual(calls, expected);
    assert.equal(connections.tls[side], 0);
    acceptor[Symbol.dispose]();
  });
