import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EAGAIN, ECONNRESET, SHUT_WR } from '../../../../proxy/sys/sys.ts';
import { runStepped, type SteppedOptions, type World } from './stepped.ts';

const V1: SteppedOptions = {
  backendPolicy: { proxyProtocol: { version: 'V1', checksum: false, uniqueId: false, tls: [] } },
};
/** A line of version 1 with addresses of this machine. */
const LINE = /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 \d+ \d+\r\n/;
/** Turns within which everything due happens, however slow the machine is. */
const TURNS = 20;

const turns = function* (count = TURNS): Generator<void> {
  for (let i = 0; i < count; i++) yield;
};

const say = ({ sys, memory }: World, fd: number, text: string): void => {
  memory.bytes.set(Buffer.from(text));
  assert.equal(sys.send(fd, memory.address, text.length, false), text.length);
};

const hear = ({ sys, memory }: World, fd: number): string => {
  const read = sys.recv(fd, memory.address, 4096);
  assert.ok(read >= 0 || read === -EAGAIN, `recv: ${read}`);
  return read > 0 ? Buffer.from(memory.bytes.subarray(0, read)).toString('latin1') : '';
};

const arrival = function* (world: World): Generator<void, number> {
  for (;;) {
    yield;
    const endpoint = world.acceptAt(0);
    if (endpoint >= 0) return endpoint;
  }
};

const run = async (
  script: (world: World, heard: string[]) => Generator<void>,
  options: SteppedOptions = V1,
): Promise<readonly string[]> => {
  const heard: string[] = [];
  const world = await runStepped((stepped) => script(stepped, heard), options);
  assert.equal(world.held(), 0, 'descriptors leaked');
  return heard;
};

const withoutLine = (heard: readonly string[]): readonly string[] => {
  const [first = ''] = heard;
  assert.match(first, LINE);
  return [first.replace(LINE, ''), ...heard.slice(1)];
};

test('an endpoint gets the header before the client has sent anything', async () => {
  const heard = await run(function* (world, heard) {
    const client = world.dial();
    const endpoint = yield* arrival(world);
    yield* turns();
    heard.push(hear(world, endpoint));
    say(world, endpoint, 'hello');
    yield* turns();
    heard.push(hear(world, client));
    say(world, client, 'world');
    yield* turns();
    heard.push(hear(world, endpoint));
  });
  assert.deepEqual(withoutLine(heard), ['', 'hello', 'world']);
});

test('the header comes before bytes that the client had sent already', async () => {
  const heard = await run(function* (world, heard) {
    const client = world.dial();
    say(world, client, 'hello');
    world.sys.shutdown(client, SHUT_WR);
    const endpoint = yield* arrival(world);
    yield* turns();
    heard.push(hear(world, endpoint));
  });
  assert.deepEqual(withoutLine(heard), ['hello']);
});

test('a client that has only ended its stream does not hold the header back', async () => {
  const heard = await run(function* (world, heard) {
    const client = world.dial();
    world.sys.shutdown(client, SHUT_WR);
    const endpoint = yield* arrival(world);
    yield* turns();
    heard.push(hear(world, endpoint));
  });
  assert.deepEqual(withoutLine(heard), ['']);
});

for (const firstSend of [0, 1, 10, 40])
  test(`where the kernel takes ${firstSend} bytes of the header at first, the rest comes before the client's bytes`, async () => {
    const heard = await run(
      function* (world, heard) {
        const client = world.dial();
        const endpoint = yield* arrival(world);
        yield* turns();
        heard.push(hear(world, endpoint));
        assert.equal(heard[0]?.length, firstSend);
        say(world, client, 'hello');
        yield* turns();
        heard.push(hear(world, endpoint));
        // Whatever happens at the endpoint's socket, the kernel also says that it takes bytes.
        say(world, endpoint, '!');
        yield* turns();
        heard.push(hear(world, endpoint), hear(world, client));
      },
      { ...V1, firstSend },
    );
    assert.equal(heard[1], '');
    assert.deepEqual(withoutLine([`${heard[0]}${heard[2]}`, ...heard.slice(3)]), ['hello', '!']);
  });

test('where the header cannot be sent the attempt has failed, and the next one has a whole header', async () => {
  const id = { version: 'V2', checksum: true, uniqueId: true, tls: [] } as const;
  const heard = await run(
    function* (world, heard) {
      const client = world.dial();
      yield* arrival(world);
      yield* turns();
      world.clockMs += 1000;
      const endpoint = yield* arrival(world);
      say(world, client, 'hello');
      yield* turns();
      heard.push(hear(world, endpoint));
    },
    { backendPolicy: { retries: 1, proxyProtocol: id }, firstSend: -ECONNRESET },
  );
  const [bytes = ''] = heard.map((text) => Buffer.from(text, 'latin1'));
  assert.ok(bytes instanceof Buffer);
  assert.equal(bytes.subarray(0, 16).toString('hex'), '0d0a0d0a000d0a515549540a21110026');
  assert.equal(bytes.subarray(16 + 38).toString(), 'hello');
});

test('bytes of the header are not counted as bytes of the client', async () => {
  let received = -1;
  await run(function* (world) {
    const client = world.dial();
    say(world, client, 'hello');
    yield* arrival(world);
    yield* turns();
    received = world.received();
  });
  assert.equal(received, 5);
});
