import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REFUSED } from '../../../../proxy/relay-engine/acceptor/connections.ts';
import type { PrefaceFor } from '../../../../proxy/relay-engine/acceptor/preface.ts';
import {
  endRefused,
  MOST_DISCARDED_BYTES,
  MOST_REFUSED,
} from '../../../../proxy/relay-engine/acceptor/refused-client.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { EAGAIN, ECONNRESET, EPIPE, SHUT_WR } from '../../../../proxy/sys/sys.ts';
import { acceptorForTest } from './acceptor.ts';
import { runStepped, type World } from './stepped.ts';

/** Turns within which everything due happens, however slow the machine is. */
const TURNS = 20;
const LINGER_MS = 5000;
const WHY = 'you are refused';

/** Refuses whoever says anything, with a reason that nothing else has. */
const refusing: PrefaceFor = () => ({
  reads: 'ClientHello',
  ticks: 100,
  mostBytes: 16,
  tooSlow: 'ConnectTimeout',
  tooLong: 'NoSourcePort',
  cutShort: 'ClientGone',
  read: () => ({ type: 'Refuse', reason: 'TlsNameUnknown', send: Buffer.from(WHY) }),
});

const turns = function* (count = TURNS): Generator<void> {
  for (let i = 0; i < count; i++) yield;
};

/** Bytes that the kernel takes of a client; a negative errno if none. */
const say = ({ sys, memory }: World, fd: number, bytes: number): number =>
  sys.send(fd, memory.address, bytes, false);

const hear = ({ sys, memory }: World, fd: number): string | number => {
  const read = sys.recv(fd, memory.address, 4096);
  return read > 0 ? Buffer.from(memory.bytes.subarray(0, read)).toString('latin1') : read;
};

/** A client that was refused, of which all was read that it has sent. */
const refused = function* (world: World): Generator<void, number> {
  const client = world.dial();
  yield* turns();
  say(world, client, 1000);
  yield* turns();
  return client;
};

test('a refused client that goes on sending reads why, then the end of the stream, and no reset', async () => {
  const seen: unknown[] = [];
  const world = await runStepped(
    function* (world) {
      const client = yield* refused(world);
      seen.push(say(world, client, 1000));
      yield* turns();
      seen.push(say(world, client, 1000), world.closes('TlsNameUnknown'));
      seen.push(hear(world, client), hear(world, client));
      world.sys.shutdown(client, SHUT_WR);
      yield* turns();
    },
    { prefaceFor: refusing },
  );
  assert.deepEqual(seen, [1000, 1000, 0, WHY, 0]);
  assert.equal(world.closes('TlsNameUnknown'), 1);
  assert.equal(world.held(), 0);
});

test('a refused client that does not end is left after five seconds', async () => {
  const held: number[] = [];
  const world = await runStepped(
    function* (world) {
      yield* refused(world);
      world.clockMs += LINGER_MS - 100;
      yield* turns();
      held.push(world.held());
      world.clockMs += 200;
      yield* turns();
    },
    { prefaceFor: refusing },
  );
  assert.deepEqual([...held, world.held(), world.closes('TlsNameUnknown')], [1, 0, 1]);
});

test('a refused client that sends without end is left, and no more of it is read than is bounded', async () => {
  const world = await runStepped(
    function* (world) {
      const client = yield* refused(world);
      for (let sent = 0; sent !== -EPIPE && sent !== -ECONNRESET; yield) sent = say(world, client, 65_536);
    },
    { prefaceFor: refusing },
  );
  const read = world.reads.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.equal(read, MOST_DISCARDED_BYTES);
  assert.deepEqual([world.held(), world.closes('TlsNameUnknown')], [0, 1]);
});

test('a refused client keeps its reason when the acceptor stops meanwhile', async () => {
  const world = await runStepped(
    function* (world) {
      yield* refused(world);
    },
    { prefaceFor: refusing },
  );
  assert.deepEqual([world.closes('TlsNameUnknown'), world.closes('Stopped')], [1, 0]);
});

/** An acceptor whose clients send nothing; `shutdown` is what the system call returns. */
const quiet = (shutdown: number) => {
  const sys = { ...libc(), shutdown: () => shutdown, recv: () => -EAGAIN };
  const acceptor = acceptorForTest(sys);
  const end = (): number => {
    const connection = acceptor.connections.take();
    endRefused(acceptor, connection, 'TlsNameUnknown');
    return connection;
  };
  return { acceptor, end, state: (connection: number) => acceptor.connections.state[connection] };
};

test('one refused client more than are kept ends the one that was kept longest', () => {
  const { acceptor, end, state } = quiet(0);
  const [first, second] = Array.from({ length: MOST_REFUSED }, end) as [number, number];
  assert.deepEqual([state(first), acceptor.connections.refusals.size], [REFUSED, MOST_REFUSED]);
  end();
  assert.notEqual(state(first), REFUSED);
  assert.equal(state(second), REFUSED);
  assert.equal(acceptor.connections.refusals.size, MOST_REFUSED);
  acceptor[Symbol.dispose]();
});

test('a refused client that has gone already is left at once', () => {
  const { acceptor, end, state } = quiet(-EPIPE);
  assert.notEqual(state(end()), REFUSED);
  assert.equal(acceptor.connections.refusals.size, 0);
  acceptor[Symbol.dispose]();
});
