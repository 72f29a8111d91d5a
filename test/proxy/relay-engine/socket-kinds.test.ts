import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SocketKind, socketKinds } from '../../../proxy/relay-engine/socket-kinds.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import {
  AF_INET,
  IPPROTO_TCP,
  SO_DETACH_FILTER,
  SOCK_STREAM,
  SOL_SOCKET,
  type Sys,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
} from '../../../proxy/sys/sys.ts';

/** The kinds of sockets, and the system calls that they make. */
const recorded = () => {
  const calls: unknown[][] = [];
  const record =
    (call: string) =>
    (...all: number[]): number => {
      calls.push([call, ...all]);
      return 0;
    };
  const sys: Sys = {
    ...libc(),
    listen: record('listen'),
    dropSyns: record('dropSyns'),
    setOption: record('setOption'),
  };
  return { kinds: socketKinds(sys), calls };
};

const SOCKET = 7;
const ROWS: readonly (readonly [string, act: (kind: SocketKind) => unknown, calls: unknown[][]])[] = [
  ['listens with the longest queue', (kind) => kind.listen(SOCKET), [['listen', SOCKET, 65535]]],
  ['drops SYNs when it begins to leave', (kind) => kind.beginLeaving(SOCKET), [['dropSyns', SOCKET]]],
  [
    'detaches the filter of SYNs when it stays after all',
    (kind) => kind.cancelLeaving(SOCKET),
    [['setOption', SOCKET, SOL_SOCKET, SO_DETACH_FILTER, 0]],
  ],
  [
    'gets the keepalive values that are not 0',
    (kind) => kind.setKeepalive(SOCKET, { timeSeconds: 60, intervalSeconds: 0, probes: 3 }),
    [
      ['setOption', SOCKET, IPPROTO_TCP, TCP_KEEPIDLE, 60],
      ['setOption', SOCKET, IPPROTO_TCP, TCP_KEEPCNT, 3],
    ],
  ],
];

for (const [name, act, expected] of ROWS)
  test(`a TCP socket ${name}`, () => {
    const { kinds, calls } = recorded();
    act(kinds.TCP);
    assert.deepEqual(calls, expected);
  });

test('the kernel accepts the type and every option of a socket of each protocol', () => {
  const sys = libc();
  for (const [protocol, { type, options }] of Object.entries(socketKinds(sys))) {
    const socket = sys.socket(AF_INET, type, 0);
    assert.ok(socket >= 0, protocol);
    for (const [level, option] of options)
      assert.equal(sys.setOption(socket, level, option, 1), 0, `${protocol}: ${level} ${option}`);
    sys.close(socket);
  }
  assert.equal(socketKinds(sys).TCP.type, SOCK_STREAM);
});
