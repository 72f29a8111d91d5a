import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { bindingKey } from '../../../proxy/configuration/binding.ts';
import { readKernelKeepalive } from '../../../proxy/relay-engine/kernel-keepalive.ts';
import { ListeningSockets } from '../../../proxy/relay-engine/listening-sockets.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import {
  AF_INET,
  EADDRINUSE,
  EAGAIN,
  EMFILE,
  ENOBUFS,
  IPPROTO_TCP,
  IPPROTO_UDP,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  type Sys,
  TCP_KEEPCNT,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  UDP_GRO,
} from '../../../proxy/sys/sys.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, dialClient } from '../relay/client.ts';
import { tableListener } from '../tables.ts';

const ENOPROTOOPT = 92;
const ACCEPTORS = 3;
const MAX_SOCKETS = 100;
/**
 * A client is refused with its next SYN, a second after the port was closed; if it never is, the test fails
 * in time.
 */
const PATIENCE_MS = 20_000;
const REFUSALS = { socket: EMFILE, setOption: ENOBUFS, bind: EADDRINUSE, listen: EADDRINUSE } as const;

/** System calls of which the nth after `arm(n)` fails, and the sockets that are open. */
const failingOnce = () => {
  const sys = libc();
  const open = new Set<number>();
  const families: number[] = [];
  let left = 0;
  let failed: keyof typeof REFUSALS | undefined;
  const refuses = (call: keyof typeof REFUSALS): boolean => {
    left--;
    if (left !== 0) return false;
    failed = call;
    return true;
  };
  const faulty: Sys = {
    ...sys,
    socket(...all) {
      families.push(all[0]);
      if (refuses('socket')) return -REFUSALS.socket;
      const fd = sys.socket(...all);
      open.add(fd);
      return fd;
    },
    setOption: (...all) => (refuses('setOption') ? -REFUSALS.setOption : sys.setOption(...all)),
    bind: (...all) => (refuses('bind') ? -REFUSALS.bind : sys.bind(...all)),
    listen: (...all) => (refuses('listen') ? -REFUSALS.listen : sys.listen(...all)),
    close(fd) {
      open.delete(fd);
      return sys.close(fd);
    },
  };
  const arm = (nth: number): void => {
    left = nth;
    failed = undefined;
  };
  return { sys: faulty, open, arm, failed: () => failed, families };
};

test('whichever system call fails while a port is opened, there is one finding, no socket leaks, and the next attempt succeeds', async () => {
  const { sys, open, arm, failed } = failingOnce();
  const sockets = new ListeningSockets(sys, ACCEPTORS, MAX_SOCKETS);
  assert.equal(open.size, 0, 'the check for IPv6 leaves no socket open');
  const [port] = (await freePorts(1)) as [number];
  const calls = new Set<string>();
  for (let nth = 1; ; nth++) {
    arm(nth);
    const opened = sockets.open(tableListener(port, { name: 'web' }));
    const call = failed();
    if (call === undefined) break; // there are fewer calls than that: each has failed once
    calls.add(call);
    assert.ok(!Array.isArray(opened), `opened although ${call} failed`);
    assert.match(JSON.stringify(opened), /Cannot listen on port/);
    assert.equal(open.size, 0, `${call}, call ${nth}, left a socket open`);
  }
  assert.deepEqual([...calls].sort(), ['bind', 'listen', 'setOption', 'socket']);
  assert.equal(open.size, ACCEPTORS);
  sockets.keepOnly(new Set());
  assert.equal(open.size, 0);
  await assert.rejects(askOnce(port), { code: 'ECONNREFUSED' });
});

test('a shortage of descriptors at the start does not disable IPv6', async () => {
  const { sys, arm, failed, families } = failingOnce();
  const [port] = (await freePorts(1)) as [number];
  const familyOf = (): number | undefined => {
    const sockets = new ListeningSockets(sys, 1, MAX_SOCKETS);
    sockets.open(tableListener(port, { name: 'web' }));
    sockets.keepOnly(new Set());
    return families.at(-1);
  };
  const usual = familyOf();
  arm(1);
  const afterShortage = familyOf();
  assert.equal(failed(), 'socket');
  assert.equal(afterShortage, usual);
});

test('a leaving port serves its queued clients and begins no new handshake', async (t) => {
  const sys = libc();
  const sockets = new ListeningSockets(sys, 1, MAX_SOCKETS);
  const [port, staying] = (await freePorts(2)) as [number, number];
  const [listening] = sockets.open(tableListener(port, { name: 'web' })) as readonly [number];
  sockets.open(tableListener(staying, { name: 'staying' }));
  const queued = await dialClient(port);
  const [key, stayingKey] = [bindingKey(tableListener(port)), bindingKey(tableListener(staying))];
  assert.deepEqual(sockets.leaveAllBut(new Set([key, stayingKey])), []);
  assert.deepEqual(sockets.leaveAllBut(new Set([stayingKey])), [key]);
  assert.deepEqual(sockets.leaveAllBut(new Set([stayingKey])), [], 'it is leaving already');
  const late = connect(port, '127.0.0.1');
  const other = await dialClient(staying);
  for (const socket of [queued, other]) socket.on('error', () => undefined); // reset by this test
  t.after(() => {
    for (const socket of [queued, other, late]) socket.destroy();
  });
  const address = pinnedMemory(128);
  const accepted = sys.accept(listening, address.address);
  assert.ok(accepted >= 0, 'the queued client is there');
  // Its SYN was sent before that of `other`, which is connected.
  assert.equal(late.readyState, 'opening');
  assert.equal(sys.accept(listening, address.address), -EAGAIN);
  const refused = once(late, 'error', { signal: AbortSignal.timeout(PATIENCE_MS) });
  sockets.keepOnly(new Set());
  const [error] = (await refused) as [NodeJS.ErrnoException];
  assert.equal(error.code, 'ECONNREFUSED', 'it sent its SYN again');
  sys.close(accepted);
});

test('a port that needs more sockets than allowed is a finding until other ports are closed', async () => {
  const sockets = new ListeningSockets(libc(), 3, 7);
  const [one, two, three] = (await freePorts(3)) as [number, number, number];
  assert.equal((sockets.open(tableListener(one, { name: 'one' })) as readonly number[]).length, 3);
  assert.equal((sockets.open(tableListener(two, { name: 'two' })) as readonly number[]).length, 3);
  assert.match(
    JSON.stringify(sockets.open(tableListener(three, { name: 'three' }))),
    /no file descriptors left for it/,
  );
  sockets.keepOnly(new Set([bindingKey(tableListener(one))]));
  assert.equal((sockets.open(tableListener(three, { name: 'three' })) as readonly number[]).length, 3);
  sockets.keepOnly(new Set());
});

test('keepalive changes apply to open sockets, and settings that are no longer requested go back to the kernel’s', async () => {
  const sys = libc();
  const options = new Map<number, number>();
  const sockets = new ListeningSockets(
    {
      ...sys,
      setOption(fd, level, option, value) {
        if (level === IPPROTO_TCP) options.set(option, value);
        return sys.setOption(fd, level, option, value);
      },
    },
    1,
    MAX_SOCKETS,
  );
  const [port] = (await freePorts(1)) as [number];
  const given = () => ({
    timeSeconds: options.get(TCP_KEEPIDLE),
    intervalSeconds: options.get(TCP_KEEPINTVL),
    probes: options.get(TCP_KEEPCNT),
  });
  const kernel = readKernelKeepalive();
  sockets.open(tableListener(port, { keepalive: { timeSeconds: 4321, intervalSeconds: 43, probes: 4 } }));
  assert.deepEqual(given(), { timeSeconds: 4321, intervalSeconds: 43, probes: 4 });
  sockets.open(tableListener(port, { keepalive: { timeSeconds: 1234, intervalSeconds: 0, probes: 0 } }));
  assert.deepEqual(given(), { ...kernel, timeSeconds: 1234 });
  sockets.open(tableListener(port));
  assert.deepEqual(given(), kernel);
  sockets.keepOnly(new Set());
});

test('what the queue of a UDP port dropped is counted, also once the port is closed', async () => {
  const sys = libc();
  const sockets = new ListeningSockets(sys, 1, MAX_SOCKETS);
  const [port] = (await freePorts(1)) as [number];
  const listener = tableListener(port, { protocol: 'UDP' });
  sockets.open(listener);
  const client = sys.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const memory = pinnedMemory(65_536);
  writeSocketAddress(memory.view, 0, '127.0.0.1', port);
  assert.equal(sys.connect(client, memory.address, 16), 0);
  const key = bindingKey(listener);
  assert.equal(sockets.queueDrops(key), 0);
  // Nobody takes them.
  for (let i = 0; i < 20_000 && sockets.queueDrops(key) === 0; i++)
    sys.send(client, memory.address, 60_000, false);
  const drops = sockets.queueDrops(key);
  assert.ok(drops > 0);
  sockets.keepOnly(new Set());
  assert.equal(sockets.queueDrops(key), drops);
  sys.close(client);
});

test('a UDP port opens beside a TCP port of the same number, and a second one is a finding', async () => {
  const [one, two] = [
    new ListeningSockets(libc(), 2, MAX_SOCKETS),
    new ListeningSockets(libc(), 2, MAX_SOCKETS),
  ];
  const [port] = (await freePorts(1)) as [number];
  assert.ok(Array.isArray(one.open(tableListener(port, { name: 'tcp' }))));
  assert.ok(Array.isArray(one.open(tableListener(port, { name: 'udp', protocol: 'UDP' }))));
  assert.match(
    JSON.stringify(two.open(tableListener(port, { name: 'udp', protocol: 'UDP' }))),
    /Cannot listen on UDP port/,
  );
  one.keepOnly(new Set());
  assert.ok(Array.isArray(two.open(tableListener(port, { name: 'udp', protocol: 'UDP' }))));
  two.keepOnly(new Set());
});

test('a kernel that does not merge datagrams is reported once, and its UDP ports open all the same', async () => {
  const sys = libc();
  const reported: number[] = [];
  const without: Sys = {
    ...sys,
    setOption: (fd, level, option, value) =>
      level === IPPROTO_UDP && option === UDP_GRO ? -ENOPROTOOPT : sys.setOption(fd, level, option, value),
  };
  const sockets = new ListeningSockets(without, 2, MAX_SOCKETS, undefined, (errno) => reported.push(errno));
  assert.deepEqual(reported, []);
  for (const port of await freePorts(2))
    assert.ok(Array.isArray(sockets.open(tableListener(port, { name: `udp-${port}`, protocol: 'UDP' }))));
  assert.deepEqual(reported, [ENOPROTOOPT]);
  sockets.keepOnly(new Set());
});
