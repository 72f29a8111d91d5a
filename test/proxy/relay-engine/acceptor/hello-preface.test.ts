import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TlsRoute } from '../../../../proxy/configuration/listener-policy.ts';
import { helloPreface } from '../../../../proxy/relay-engine/acceptor/hello-preface.ts';
import { NO_BACKEND } from '../../../../proxy/relay-engine/acceptor/messages.ts';
import type { PrefaceFor } from '../../../../proxy/relay-engine/acceptor/preface.ts';
import { EAGAIN, ECONNRESET, SHUT_WR } from '../../../../proxy/sys/sys.ts';
import { limitsFor } from '../../tables.ts';
import { hello } from '../../tls/hellos.ts';
import { runStepped, type SteppedOptions, type World } from './stepped.ts';

const TURNS = 20;

/** How many bytes were read at each look. */
let looks: number[] = [];

/** All backends have the name b: a route leads to the last one, and what no route is for to the first one. */
const routed =
  (routes: () => readonly Pick<TlsRoute, 'hostnames'>[], isStrict = false): PrefaceFor =>
  ({ backendSlot }, table) => {
    const all = routes().map(({ hostnames }) => ({ hostnames, alpn: [], backend: 'b' }));
    const policy = { mode: 'Passthrough', routes: all, timeoutMs: 5_000 } as const;
    const preface = helloPreface(policy, isStrict ? NO_BACKEND : backendSlot, table);
    return {
      ...preface,
      read(bytes, length) {
        looks.push(length);
        return preface.read(bytes, length, 0);
      },
    };
  };

const HELLO = hello({ names: ['b.example'] });
const TO_B = routed(() => [{ hostnames: ['b.example'] }]);

const turns = function* (count = TURNS): Generator<void> {
  for (let i = 0; i < count; i++) yield;
};

const send = ({ sys, memory }: World, fd: number, bytes: Uint8Array): void => {
  memory.bytes.set(bytes);
  assert.equal(sys.send(fd, memory.address, bytes.length, false), bytes.length);
};

/** The bytes that have come, or a negative errno. */
const receive = ({ sys, memory }: World, fd: number): Buffer | number => {
  const read = sys.recv(fd, memory.address, memory.bytes.length);
  return read > 0 ? Buffer.from(memory.bytes.subarray(0, read)) : read;
};

const run = async (
  script: (world: World, seen: Record<string, unknown>) => Generator<void>,
  options: SteppedOptions = {},
): Promise<{ readonly seen: Record<string, unknown>; readonly world: World }> => {
  looks = [];
  const seen: Record<string, unknown> = {};
  const world = await runStepped((stepped) => script(stepped, seen), {
    backends: 2,
    prefaceFor: TO_B,
    ...options,
  });
  assert.equal(world.held(), 0, 'descriptors leaked');
  return { seen, world };
};

/** The connection at a backend's endpoint, once the acceptor has connected to it. */
const arrival = function* (world: World, backend: number): Generator<void, number> {
  for (;;) {
    yield;
    const endpoint = world.acceptAt(backend);
    if (endpoint >= 0) return endpoint;
  }
};

test('a client that sends its hello byte by byte is looked at three times, and then as any other', async () => {
  const { seen } = await run(function* (world, seen) {
    const client = world.dial();
    for (const byte of HELLO) {
      yield* turns(2);
      send(world, client, Buffer.of(byte));
    }
    const endpoint = yield* arrival(world, 1);
    yield* turns();
    seen.hello = receive(world, endpoint);
    send(world, client, Buffer.of(7));
    yield* turns();
    seen.byte = receive(world, endpoint);
  });
  assert.deepEqual(looks, [1, 9, HELLO.length]);
  assert.deepEqual(seen, { hello: HELLO, byte: Buffer.of(7) });
});

test('a client whose stream ends within its hello is not waited for', async () => {
  const { seen, world } = await run(function* (world, seen) {
    const client = world.dial();
    send(world, client, HELLO.subarray(0, 30));
    yield* turns();
    world.sys.shutdown(client, SHUT_WR);
    yield* turns();
    seen.client = receive(world, client);
  });
  assert.deepEqual(seen, { client: -ECONNRESET });
  assert.equal(world.closes('TlsHelloMalformed'), 1);
});

test('a client within its hello goes where the routes of a new table say', async () => {
  let hostnames = ['other.example'];
  const { seen } = await run(
    function* (world, seen) {
      const client = world.dial();
      send(world, client, HELLO.subarray(0, 30));
      yield* turns();
      hostnames = ['b.example'];
      world.post({ type: 'Table', table: { ...world.table, version: 2 } });
      yield* turns();
      send(world, client, HELLO.subarray(30));
      const endpoint = yield* arrival(world, 1);
      yield* turns();
      seen.hello = receive(world, endpoint);
      seen.other = world.acceptAt(0);
    },
    { prefaceFor: routed(() => [{ hostnames }]) },
  );
  assert.deepEqual(seen, { hello: HELLO, other: -EAGAIN });
});

test('without a backend of its own, a listener refuses the names that no route is for', async () => {
  const { seen, world } = await run(
    function* (world, seen) {
      const client = world.dial();
      send(world, client, HELLO);
      yield* turns();
      seen.client = receive(world, client);
    },
    { prefaceFor: routed(() => [{ hostnames: ['other.example'] }], true) },
  );
  assert.deepEqual(seen, { client: Buffer.of(21, 3, 3, 0, 2, 2, 112) }, 'unrecognized_name');
  assert.equal(world.closes('TlsNameUnknown'), 1);
});

test('a client is counted against the limits of its source before it has said hello', async () => {
  const { seen, world } = await run(
    function* (world, seen) {
      const first = world.dial();
      yield* turns();
      const second = world.dial();
      yield* turns();
      seen.clients = [receive(world, first), receive(world, second)];
      send(world, first, HELLO);
      yield* arrival(world, 1);
    },
    { limits: limitsFor({ connectionsPerSource: 1 }) },
  );
  assert.deepEqual(seen, { clients: [-EAGAIN, -ECONNRESET] });
  assert.equal(world.closes('SourceConnectionLimit'), 1);
});

test('a client within its hello counts against limits that come with a new table', async () => {
  const { world } = await run(function* (world) {
    const first = world.dial();
    yield* turns();
    const [listener] = world.table.listeners;
    assert.ok(listener !== undefined);
    const policy = { ...listener.policy, limits: limitsFor({ connectionsPerSource: 1 }) };
    world.post({
      type: 'Table',
      table: { ...world.table, version: 2, listeners: [{ ...listener, policy }] },
    });
    yield* turns();
    world.dial();
    yield* turns();
    send(world, first, HELLO);
    yield* arrival(world, 1);
  });
  assert.equal(world.closes('SourceConnectionLimit'), 1);
});
