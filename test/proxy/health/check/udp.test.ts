import assert from 'node:assert/strict';
import type { Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { createCheck } from '../../../../proxy/health/check/check.ts';
import { libc } from '../../../../proxy/sys/libc.ts';
import { EADDRNOTAVAIL, EAGAIN, EMFILE, ENETUNREACH, EPERM, type Sys } from '../../../../proxy/sys/sys.ts';
import { answering, closedDatagramPort, datagramServer, udp } from './datagram-servers.ts';
import { checkPort, LONG_MS } from './servers.ts';

const HOSTS = ['127.0.0.1', '::1'] as const;

for (const host of HOSTS)
  test(`a UDP check of ${host} succeeds if the answer contains what is expected, byte for byte`, async () => {
    const port = await answering(Buffer.from([0x61, 0x00, 0xff, 0x62]), host);
    const result = await checkPort(port, udp('status', '\x00\xff'), { address: host });
    assert.deepEqual(result, { ok: true });
  });

for (const host of HOSTS)
  test(`a UDP check of a port of ${host} that no process has fails as soon as the ICMP error arrives`, async () => {
    for (const kind of [udp(''), udp('status', 'ok')])
      assert.deepEqual(await checkPort(await closedDatagramPort(host), kind, { address: host }), {
        ok: false,
        failure: 'Refused',
        reason: 'port unreachable: no process listens on it',
      });
  });

test('a UDP check sends its payload byte for byte in one datagram', async () => {
  const got = Promise.withResolvers<Buffer>();
  const port = await datagramServer((socket, datagram, from) => {
    got.resolve(datagram);
    socket.send('x', from.port, from.address);
  });
  await checkPort(port, udp('a\x00\xe9\r\n', 'x'));
  assert.deepEqual(await got.promise, Buffer.from([0x61, 0, 0xe9, 13, 10]));
});

test('a UDP check without a payload sends an empty datagram', async () => {
  const got = Promise.withResolvers<number>();
  const port = await datagramServer((socket, datagram, from) => {
    got.resolve(datagram.length);
    socket.send('', from.port, from.address);
  });
  assert.deepEqual(await checkPort(port, udp('')), { ok: true });
  assert.equal(await got.promise, 0);
});

test('a UDP check fails at once if the answer does not contain what is expected, and shows both', async () => {
  const port = await answering(`no\\\x00${'y'.repeat(100)}`);
  assert.deepEqual(await checkPort(port, udp('status', 'ok\n')), {
    ok: false,
    failure: 'Status',
    reason: `the answer "no\\\\\\x00${'y'.repeat(28)}"… does not contain "ok\\x0a"`,
  });
});

test('a UDP check that expects an answer fails if none comes within the timeout', async () => {
  const port = await datagramServer(() => {});
  assert.deepEqual(await checkPort(port, udp('status', 'ok'), { timeoutMs: 50 }), {
    ok: false,
    failure: 'TimedOut',
    reason: 'no answer within 50 ms',
  });
});

test('a UDP check that expects nothing succeeds if neither an answer nor an ICMP error comes within the timeout', async () => {
  const port = await datagramServer(() => {});
  assert.deepEqual(await checkPort(port, udp('status'), { timeoutMs: 50 }), { ok: true });
});

test('a UDP check ignores datagrams that do not come from the endpoint', async () => {
  const stranger = Promise.withResolvers<Socket>();
  await datagramServer((socket) => stranger.resolve(socket)).then((port) => answerOnce(port));
  const port = await datagramServer((socket, _, from) => {
    void stranger.promise.then((other) =>
      other.send('ok', from.port, from.address, () => socket.send('down', from.port, from.address)),
    );
  });
  const result = await checkPort(port, udp('status', 'ok'));
  assert.equal(result.ok ? '' : result.reason, 'the answer "down" does not contain "ok"');
});

/** Sends one datagram to a port, so that its server knows its own socket. */
const answerOnce = (port: number): Promise<unknown> => checkPort(port, udp('hello'), { timeoutMs: 20 });

test('a UDP check that is stopped ends at once', async () => {
  const arrived = Promise.withResolvers<void>();
  const port = await datagramServer(() => arrived.resolve());
  const stop = new AbortController();
  const checking = checkPort(port, udp('status', 'ok'), { signal: stop.signal });
  await arrived.promise;
  stop.abort();
  assert.deepEqual(await checking, { ok: false, failure: 'Local', reason: 'check stopped' });
});

test('UDP checks leave no descriptor and no timer behind', async () => {
  const kinds = [udp('a', 'b'), udp('a', 'ok'), udp('a')];
  const ports = [await answering('ok'), await closedDatagramPort()];
  const held = (): number => readdirSync('/proc/self/fd').length;
  const before = held();
  for (let i = 0; i < 20; i++)
    for (const port of ports) for (const kind of kinds) await checkPort(port, kind);
  for (let i = 0; i < 1000 && held() > before; i++) await new Promise(setImmediate);
  assert.ok(held() <= before, `${held()} descriptors, ${before} before`);
  assert.ok(!process.getActiveResourcesInfo().includes('Timeout'));
});

const FAILING: readonly {
  readonly name: string;
  readonly calls: Partial<Sys>;
  readonly failure: string;
  readonly address?: string;
}[] = [
  { name: 'no descriptor', calls: { socket: () => -EMFILE }, failure: 'Local' },
  { name: 'no source port', calls: { connect: () => -EAGAIN }, failure: 'Local' },
  { name: 'no source address', calls: { connect: () => -EADDRNOTAVAIL }, failure: 'Local' },
  { name: 'no route', calls: { connect: () => -ENETUNREACH }, failure: 'Unreachable' },
  { name: 'a firewall that refuses to send', calls: { send: () => -EPERM }, failure: 'Other' },
];
for (const { name, calls, failure } of FAILING)
  test(`a UDP check for which there is ${name} fails as ${failure} and leaves no descriptor behind`, async () => {
    const sys = libc();
    const closed: number[] = [];
    const opened: number[] = [];
    const check = createCheck({
      ...sys,
      socket: (...args) => {
        const fd = sys.socket(...args);
        opened.push(fd);
        return fd;
      },
      close: (fd) => {
        closed.push(fd);
        return sys.close(fd);
      },
      ...calls,
    });
    const result = await check(
      { address: '127.0.0.1', port: 9, timeoutMs: LONG_MS, kind: udp('x') },
      new AbortController().signal,
    );
    assert.equal(result.ok ? '' : result.failure, failure);
    assert.deepEqual(closed, opened);
  });
