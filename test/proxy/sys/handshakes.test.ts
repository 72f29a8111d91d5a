import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListeningSockets } from '../../../proxy/relay-engine/listening-sockets.ts';
import { countHandshakes } from '../../../proxy/sys/handshakes.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { AF_INET6, IPPROTO_TCP } from '../../../proxy/sys/sys.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { dialClient } from '../relay/client.ts';
import { tableListener } from '../tables.ts';

/** With this option a handshake completes only when the client's first bytes arrive. */
const TCP_DEFER_ACCEPT = 9;

test('handshakes in progress at a port are counted for both address families, and those of other ports are not', async (t) => {
  const sys = libc();
  const [port, other] = (await freePorts(2)) as [number, number];
  const sockets = new ListeningSockets(sys, 2, 100);
  for (const each of [port, other])
    for (const fd of sockets.open(tableListener(each)) as readonly number[])
      assert.ok(sys.setOption(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30) >= 0);
  const count = countHandshakes(sys);
  assert.equal(count(AF_INET6, port), 0);
  const clients = [await dialClient(port), await dialClient(port, '::1'), await dialClient(other)] as const;
  t.after(() => {
    for (const client of clients) client.on('error', () => undefined).destroy();
    sockets.keepOnly(new Set());
  });
  assert.equal(count(AF_INET6, port), 2);
  clients[0].write('x');
  await until('one handshake is left', () => count(AF_INET6, port) === 1, {
    seen: () => count(AF_INET6, port),
  });
  assert.equal(count(AF_INET6, other), 1);
});

test('a failing system call results in a negative errno instead of a count', () => {
  const sys = libc();
  const count = countHandshakes({ ...sys, socket: () => -93 });
  assert.equal(count(AF_INET6, 80), -93);
});

test('counting handshakes leaves no descriptor open, even if the request cannot be sent', () => {
  const sys = libc();
  for (const send of [sys.send, () => -105]) {
    const open = new Set<number>();
    let opened = 0;
    const count = countHandshakes({
      ...sys,
      send,
      socket(...all) {
        const fd = sys.socket(...all);
        open.add(fd);
        opened++;
        return fd;
      },
      close(fd) {
        open.delete(fd);
        return sys.close(fd);
      },
    });
    count(AF_INET6, 80);
    assert.equal(opened, 1);
    assert.equal(open.size, 0);
  }
});
