import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { bindingKey } from '../../../proxy/configuration/binding.ts';
import { LeavingPorts } from '../../../proxy/relay-engine/leaving-ports.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { WiredListener } from '../../../proxy/relay-engine/wire.ts';
import { libc } from '../../../proxy/sys/libc.ts';
import { IPPROTO_TCP } from '../../../proxy/sys/sys.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { askOnce, dialClient, howDialEnds, howItEnded } from '../relay/client.ts';
import { echo, greet, startEndpoint } from '../relay/endpoint-server.ts';
import { oneBackend, tableBackend, tableListener, tableOf } from '../tables.ts';
import { listeningDescriptors } from '../tcp-sockets.ts';

const TCP_DEFER_ACCEPT = 9;

/** This process's descriptors that listen on a port. */
const listeningOn = (port: number): readonly number[] =>
  [...listeningDescriptors()].flatMap(([fd, its]) => (its === port ? [fd] : []));

/** From now on, handshakes at the port end only with the client's first bytes, as if they took long. */
const deferHandshakes = (port: number): void => {
  const sys = libc();
  const sockets = listeningOn(port);
  assert.ok(sockets.length > 0);
  for (const fd of sockets) assert.ok(sys.setOption(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30) >= 0);
};

test('a removed port waits for its clients, and the other changes of the table do not wait for the port', async (t) => {
  const gone = await startEndpoint(echo);
  const next = await startEndpoint(greet('next'));
  const [staying, going] = (await freePorts(2)) as [number, number];
  // The test ends the handshake; it must not time out.
  const engine = await startEngine({ acceptors: 2, onEvent: () => undefined, handshakesMs: 600_000 });
  t.after(async () => {
    await engine.close();
    await Promise.all([gone.close(), next.close()]);
  });
  const at = (port: number) => [{ address: '127.0.0.1', port, weight: 1 }];
  await engine.publish(
    tableOf(
      [tableListener(staying, { name: 'staying' }), tableListener(going, { name: 'going', backend: 'c' })],
      [
        tableBackend({ endpoints: at(gone.port), closeOnRemoval: true }),
        tableBackend({ name: 'c', endpoints: at(gone.port) }),
      ],
    ),
  );
  const old = await dialClient(staying);
  old.write('x');
  await once(old, 'data');
  deferHandshakes(going);
  const slow = await dialClient(going);
  const end = howItEnded(old);
  // The endpoint of `b` is removed, and the whole of `c` with the port.
  await engine.publish(
    tableOf(
      [tableListener(staying, { name: 'staying' })],
      [tableBackend({ endpoints: at(next.port), closeOnRemoval: true })],
    ),
  );
  assert.ok(listeningOn(going).length > 0, 'the port is still open');
  const answer = once(slow, 'data').then(([data]) => data as Buffer);
  // Its handshake ends now, and the previous backend of the port serves it.
  slow.write('served');
  assert.equal(await end, 'ECONNRESET');
  assert.equal(await askOnce(staying), 'next');
  assert.equal((await answer).toString(), 'served');
  await until('the port is closed', () => listeningOn(going).length === 0, { seen: () => engine.stats() });
  slow.write('and goes on');
  const [more] = (await once(slow, 'data')) as [Buffer];
  assert.equal(more.toString(), 'and goes on');
  slow.destroy();
});

test('a client that never ends its handshake does not keep a port open, and stopping waits until it is closed', async (t) => {
  const endpoint = await startEndpoint(echo);
  const [port] = (await freePorts(1)) as [number];
  const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
  t.after(async () => {
    await engine.close();
    await endpoint.close();
  });
  await engine.publish(oneBackend(port, endpoint.port));
  deferHandshakes(port);
  const silent = await dialClient(port);
  silent.on('error', () => undefined);
  await engine.stopAccepting();
  assert.deepEqual(listeningOn(port), []);
  assert.equal(await howDialEnds(port), 'ECONNREFUSED');
  silent.destroy();
});

test('a port that is added again while it is leaving keeps its sockets', async (t) => {
  const endpoint = await startEndpoint(greet('hello'));
  const [port] = (await freePorts(1)) as [number];
  const engine = await startEngine({ acceptors: 1, onEvent: () => undefined });
  t.after(async () => {
    await engine.close();
    await endpoint.close();
  });
  const present = oneBackend(port, endpoint.port);
  await engine.publish(present);
  const before = listeningOn(port);
  await Promise.all([engine.publish(tableOf([], [])), engine.publish(present)]);
  assert.deepEqual(listeningOn(port), before);
  assert.equal(await askOnce(port), 'hello');
  // The pending close of the port must not take effect.
  await engine.publish({ ...present, accessLog: { mode: 'Off', sampleOneIn: 99 } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(listeningOn(port), before);
});

/**
 * LeavingPorts without handshakes in progress; `of` calls it as the engine does, with a listener for each
 * port.
 */
const leavingPorts = () => {
  let closes = 0;
  const sockets = { isLeaving: () => true, handshakes: () => 0, hasSessions: () => false };
  const ports = new LeavingPorts(sockets, undefined, async () => {
    closes++;
  });
  const listener = (port: number) =>
    tableListener(port, { name: `listener-${port}`, backend: `backend-${port}` });
  const wired = (port: number): WiredListener => ({
    ...listener(port),
    slot: 0,
    backendSlot: 0,
    key: bindingKey(listener(port)),
    backends: [`backend-${port}`],
    sockets: [],
  });
  const tableWith = (...all: number[]) =>
    tableOf(
      all.map((port) => listener(port)),
      all.map((port) => tableBackend({ name: `backend-${port}` })),
    );
  const of = (next: readonly number[], before: readonly number[]) => {
    const { listeners, backends } = ports.leavingWith(
      tableWith(...next),
      before.map((port) => wired(port)),
      tableWith(...before),
    );
    return [listeners.map(({ name }) => name), backends.map(({ name }) => name)];
  };
  return { ports, of, closes: () => closes };
};

test('a leaving port is served by its previous backend until it is closed, also when it leaves for a second time', async () => {
  const { ports, of, closes } = leavingPorts();
  const leaving = [['listener-1'], ['backend-1']];
  assert.deepEqual(of([2], [1, 2]), leaving);
  ports.closeLater([bindingKey({ protocol: 'TCP', port: 1 })]);
  await ports.closed();
  assert.equal(closes(), 1);
  assert.deepEqual(of([2], [1, 2]), [[], []], 'closed');
  assert.deepEqual(of([1, 2], [2]), [[], []], 'it is back');
  assert.deepEqual(of([2], [1, 2]), leaving);
});

test('after a stop no port is closed', async () => {
  const { ports, closes } = leavingPorts();
  ports.closeLater([bindingKey({ protocol: 'TCP', port: 1 })]);
  ports.stop();
  await ports.closed();
  assert.equal(closes(), 0);
});
