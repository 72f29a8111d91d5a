import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type net from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { CheckKind } from '../../../../proxy/configuration/health-policy.ts';
import { behaving, checkPort, GRPC, HTTP, LONG_MS, TCP, TLS } from './servers.ts';

const KINDS: readonly CheckKind[] = [TLS, HTTP, GRPC];

/** Sends `part` repeatedly, as fast as the other side reads it. */
const endless = (part: Buffer) => (socket: net.Socket) => {
  const send = (): void => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on('drain', send);
  send();
};

/** An HTTP/2 frame with type, flags, stream and payload. */
const frame = (type: number, flags: number, stream: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
};
const many = (part: Buffer): Buffer => Buffer.concat(Array<Buffer>(500).fill(part));
const SETTINGS = frame(4, 0, 0, Buffer.alloc(0));
const afterSettings = (part: Buffer) => (socket: net.Socket) => {
  socket.write(SETTINGS);
  endless(part)(socket);
};

test('an invalid address fails the check, whatever its kind, and throws nothing', async () => {
  for (const kind of [TCP, ...KINDS]) {
    const result = await checkPort(80, kind, { address: '10.0.0.08', timeoutMs: 2_000 });
    assert.equal(result.ok, false, kind.type);
  }
});

/** Endless answers that an endpoint may send to a check. */
const HOSTILE: readonly { readonly name: string; readonly behave: (socket: net.Socket) => void }[] = [
  { name: 'endless zeros', behave: endless(Buffer.alloc(65_536)) },
  {
    name: 'endless interim answers',
    behave: endless(Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000))),
  },
  {
    name: 'an endless header',
    behave: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      endless(Buffer.alloc(65_536, 'y'))(socket);
    },
  },
  { name: 'endless pings', behave: afterSettings(many(frame(6, 0, 0, Buffer.alloc(8)))) },
  { name: 'endless settings', behave: afterSettings(many(SETTINGS)) },
  { name: 'endless window updates', behave: afterSettings(many(frame(8, 0, 0, Buffer.from([0, 0, 0, 1])))) },
  { name: 'endless header blocks', behave: afterSettings(frame(1, 0, 1, Buffer.alloc(16_000, 0x82))) },
  {
    name: 'endless frames of an unknown type',
    behave: afterSettings(frame(0xee, 0, 0, Buffer.alloc(16_000))),
  },
  {
    name: 'endless TLS records',
    behave: endless(Buffer.concat([Buffer.from([22, 3, 3, 0x40, 0]), Buffer.alloc(16_384, 2)])),
  },
];
for (const { name, behave } of HOSTILE)
  test(`a check that is answered with ${name} fails long before its timeout`, async () => {
    const port = await behaving(behave);
    for (const kind of KINDS) {
      const result = await checkPort(port, kind);
      assert.equal(result.ok, false, kind.type);
      assert.notEqual(result.ok ? '' : result.failure, 'TimedOut', kind.type);
    }
  });

test('an endpoint that accepts a connection and then sends endlessly passes a TCP check without delay', async () => {
  const port = await behaving(endless(Buffer.alloc(65_536)));
  assert.deepEqual(await checkPort(port, TCP), { ok: true });
});

test('an endpoint that answers with an endless body passes an HTTP check without delay', async () => {
  const port = await behaving((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    endless(Buffer.alloc(65_536))(socket);
  });
  assert.deepEqual(await checkPort(port, HTTP), { ok: true });
});

const SILENT: readonly { readonly name: string; readonly behave: (socket: net.Socket) => void }[] = [
  { name: 'nothing', behave: (socket) => socket.resume() },
  {
    name: 'single bytes at intervals',
    behave: (socket) => {
      const timer = setInterval(() => socket.write('H'), 5);
      socket.once('close', () => clearInterval(timer));
    },
  },
];
for (const { name, behave } of SILENT)
  test(`a check that is answered with ${name} ends at its timeout and closes its connection`, async () => {
    for (const kind of KINDS) {
      const closed = Promise.withResolvers<void>();
      const port = await behaving((socket) => {
        socket.once('close', () => closed.resolve());
        socket.once('end', () => socket.end());
        behave(socket);
      });
      const result = await checkPort(port, kind, { timeoutMs: 60 });
      assert.equal(result.ok, false, kind.type);
      if (name === 'nothing')
        assert.equal(result.ok ? '' : result.reason, 'no answer within 60 ms', kind.type);
      await closed.promise;
    }
  });

test('a check that is stopped ends at once and closes its connection', async () => {
  for (const kind of KINDS) {
    const closed = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    const port = await behaving((socket) => {
      opened.resolve();
      socket.once('end', () => socket.end());
      socket.resume().once('close', () => closed.resolve());
    });
    const stop = new AbortController();
    const checking = checkPort(port, kind, { signal: stop.signal });
    await opened.promise;
    stop.abort();
    assert.deepEqual(await checking, { ok: false, failure: 'Local', reason: 'check stopped' });
    await closed.promise;
  }
});

test('a check that is stopped before it starts opens no connection', async () => {
  let connections = 0;
  const port = await behaving(() => {
    connections += 1;
  });
  const result = await checkPort(port, HTTP, { signal: AbortSignal.abort() });
  assert.deepEqual([result.ok, connections], [false, 0]);
});

test('checks leave no descriptor and no timer behind', async () => {
  const port = await behaving((socket) => socket.once('data', () => socket.end('x')));
  const held = (): number => readdirSync('/proc/self/fd').length;
  for (const kind of KINDS) await checkPort(port, kind);
  const before = held();
  for (let i = 0; i < 20; i++) for (const kind of KINDS) await checkPort(port, kind);
  // The other side of a connection is in this process, too, and may close a turn of the event loop later.
  for (let i = 0; i < 1000 && held() > before; i++) await new Promise(setImmediate);
  assert.ok(held() <= before, `${held()} descriptors, ${before} before`);
  assert.ok(!process.getActiveResourcesInfo().includes('Timeout'));
});

const STARVED = `
import { openSync } from 'node:fs';
import { createCheck } from '${import.meta.resolve('../../../../proxy/health/check/check.ts')}';
import { libc } from '${import.meta.resolve('../../../../proxy/sys/libc.ts')}';
const check = createCheck(libc());
const kinds = [{ type: 'TCP' }, { type: 'TLS' }, { type: 'HTTP', path: '/', expectedStatuses: [200] }, { type: 'GRPC', service: '' }, { type: 'UDP', send: '' }];
const { signal } = new AbortController();
const checkAll = async (before = () => {}) => {
  const found = [];
  for (const kind of kinds) {
    before();
    found.push(await check({ address: '127.0.0.1', port: 1, timeoutMs: ${LONG_MS}, kind }, signal));
  }
  return found;
};
await checkAll(); // loads what a check needs
// Before each check: what earlier ones have left to be closed may be closed at any time.
const takeAll = () => {
  try {
    for (;;) openSync('/dev/null');
  } catch {}
};
process.stdout.write(JSON.stringify(await checkAll(takeAll)));
`;

test('a check for which the proxy has no file descriptor fails as Local, which says nothing about the endpoint', async () => {
  const { stdout } = await promisify(execFile)('prlimit', [
    '--nofile=64:64',
    process.execPath,
    '--input-type=module',
    '--eval',
    STARVED,
  ]);
  const none = { ok: false, failure: 'Local', reason: 'the proxy has no file descriptors left' };
  assert.deepEqual(JSON.parse(stdout), [none, none, none, none, none]);
});
