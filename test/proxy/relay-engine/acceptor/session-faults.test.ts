import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSE_REASONS } from '../../../../proxy/engine/close-reason.ts';
import { LISTENER_TOTALS, listenerTotalsAt } from '../../../../proxy/relay-engine/acceptor/shared-memory.ts';
import { xorshift } from '../../../../proxy/relay-engine/acceptor/xorshift.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import {
  EADDRNOTAVAIL,
  EAGAIN,
  ECONNREFUSED,
  EINTR,
  EINVAL,
  EMFILE,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  ENOMEM,
  ENOSPC,
  EPERM,
  type Sys,
} from '../../../../proxy/sys/sys.ts';
import { sessionBench } from './session-bench.ts';

const CLIENTS = 24;
const ROUNDS = 400;
const ONE_IN = 12;

/** The errors with which each call may fail. */
const ERRNOS = {
  socket: [EMFILE, ENOBUFS, ENOMEM],
  connect: [EAGAIN, EADDRNOTAVAIL, ENETUNREACH],
  ownAddress: [ENOBUFS],
  epollControl: [ENOMEM, ENOSPC],
  receiveMessages: [EINTR, EAGAIN, ECONNREFUSED, ENOMEM],
  sendMessages: [EAGAIN, EINTR, ENOBUFS, ECONNREFUSED, ENETUNREACH, EINVAL, EMSGSIZE, EPERM],
  setOption: [ENOMEM],
  socketError: [ENOBUFS],
} as const satisfies Partial<Record<keyof Sys, readonly number[]>>;

test('whatever calls fail, every session is open or ended for one reason, no socket is left, and what arrives is intact', () => {
  const real = libc();
  let random = 20_261;
  let isFaulty = false;
  let injected = 0;
  const next = (): number => {
    random = xorshift(random);
    return random >>> 1;
  };
  const sys = Object.fromEntries(
    Object.entries(ERRNOS).map(([name, errnos]) => {
      const call = real[name as keyof typeof ERRNOS] as (...all: number[]) => number;
      return [
        name,
        (...all: number[]): number => {
          if (!isFaulty || next() % ONE_IN !== 0) return call(...all);
          injected++;
          return -(errnos[next() % errnos.length] as number);
        },
      ];
    }),
  ) as Partial<Sys>;
  using bench = sessionBench({ sys, endpoints: 3, descriptorLimit: 64 });
  const { acceptor, endpoints } = bench;
  const clients = Array.from({ length: CLIENTS }, (_, index) => bench.client(`127.0.0.${1 + (index % 6)}`));
  isFaulty = true;
  let arrived = 0;
  for (let round = 0; round < ROUNDS; round++) {
    acceptor.now += next() % 40;
    for (let i = 0; i < 6; i++) bench.put(clients[next() % CLIENTS] as number, `round ${round}`);
    bench.take();
    for (const [index, endpoint] of endpoints.entries()) {
      if (next() % 2 === 0) {
        const text = bench.receive(endpoint);
        if (text !== undefined) {
          assert.match(text, /^round \d+$/);
          arrived++;
        }
      } else if (bench.hasDatagram(index)) bench.answer(index, `answer ${round}`);
    }
    for (const client of clients) {
      const text = bench.receive(client);
      if (text !== undefined) assert.match(text, /^answer \d+$/);
    }
    acceptor.connections.recycle();
  }
  assert.ok(injected > 200, `${injected} faults`);
  assert.ok(arrived > 100, `${arrived} datagrams arrived`);
  const accepted = acceptor.shared.totals[listenerTotalsAt(0, 0) + LISTENER_TOTALS.Accepted];
  const ended = CLOSE_REASONS.reduce((sum, { reason }) => sum + bench.closes(reason), 0);
  assert.equal(accepted, ended + bench.sessions());
  assert.equal(acceptor.connections.open, bench.sessions());
  bench.adopt({ ...bench.table, version: 2, listeners: [] });
  assert.deepEqual([bench.sessions(), bench.sockets(), acceptor.connections.open], [0, 0, 0]);
  assert.deepEqual([...acceptor.shared.endpointsOpen.subarray(0, 3)], [0, 0, 0]);
});
