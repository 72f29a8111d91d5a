import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { type AccessLine, accessLines, otherLines } from './access-lines.ts';
import { askOnce, dialClient, howDialEnds, howItEnded } from './client.ts';
import { echo, greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const KINDS = ['finished', 'reset', 'resets', 'refused', 'idle', 'removed', 'full', 'open'] as const;
type Kind = (typeof KINDS)[number];

/** The fields that every line has, in addition to those checked one by one. */
const FIELDS =
  'acceptor backend client durationMs endedBy listener log phase reason receivedBytes retries sentBytes time';

/** The expected line of each kind of close; `endpoint` stands for any endpoint of its backend. */
const EXPECTED: Readonly<Record<Kind, AccessLine>> = {
  finished: {
    reason: 'Finished',
    endedBy: 'Both',
    phase: 'Relaying',
    retries: 0,
    receivedBytes: 0,
    sentBytes: 5,
  },
  reset: {
    reason: 'ClientReset',
    endedBy: 'Client',
    phase: 'Relaying',
    retries: 0,
    receivedBytes: 2,
    sentBytes: 2,
  },
  resets: {
    reason: 'EndpointReset',
    endedBy: 'Endpoint',
    phase: 'Relaying',
    retries: 0,
    receivedBytes: 2,
    sentBytes: 0,
  },
  refused: {
    reason: 'ConnectFailed',
    endedBy: 'Endpoint',
    phase: 'Connecting',
    retries: 2, // each of the two once, and one of them again
    receivedBytes: 0,
    sentBytes: 0,
  },
  idle: {
    reason: 'IdleTimeout',
    endedBy: 'Proxy',
    phase: 'Relaying',
    retries: 0,
    receivedBytes: 2,
    sentBytes: 2,
  },
  removed: {
    reason: 'EndpointRemoved',
    endedBy: 'Proxy',
    phase: 'Relaying',
    retries: 0,
    receivedBytes: 2,
    sentBytes: 2,
  },
  full: {
    reason: 'EndpointsFull',
    endedBy: 'Proxy',
    phase: 'Waiting',
    retries: 0,
    receivedBytes: 0,
    sentBytes: 0,
  },
  open: {
    reason: 'Stopped',
    endedBy: 'Proxy',
    phase: 'Relaying',
    retries: 0,
    receivedBytes: 2,
    sentBytes: 2,
  },
};

const answers = async (socket: Socket): Promise<void> => {
  socket.write('hi');
  await once(socket, 'data');
};

const clientOf = (socket: Socket): string => `127.0.0.1:${(socket.address() as AddressInfo).port}`;

test('each ended connection is one line with the reason, the client, the endpoint, and the bytes', async () => {
  const servers = {
    greets: await startEndpoint(greet('hello')),
    echoes: await startEndpoint(echo),
    resets: await startEndpoint((socket) => socket.once('data', () => socket.resetAndDestroy())),
  };
  const ports = await freePorts(KINDS.length);
  const portOf = (kind: Kind): number => ports[KINDS.indexOf(kind)] as number;
  const refusing = await freePorts(2);
  const endpointsOf = (kind: Kind): readonly number[] => {
    switch (kind) {
      case 'finished':
        return [servers.greets.port];
      case 'resets':
        return [servers.resets.port];
      case 'refused':
        return refusing;
      default:
        return [servers.echoes.port];
    }
  };
  const manifest = (without?: Kind): Manifest => ({
    accessLog: { mode: 'All' },
    drain: { spread: false },
    listeners: KINDS.map((kind) => ({
      name: kind,
      port: portOf(kind),
      backend: `${kind}-backend`,
      ...(kind === 'idle' ? { idle: '1s' } : {}),
    })),
    backends: KINDS.map((kind) => ({
      name: `${kind}-backend`,
      drain: { onRemoval: 'Close' },
      ...(kind === 'full' ? { maxConnectionsPerEndpoint: 1 } : {}),
      endpoints: (kind === without ? [servers.greets.port] : endpointsOf(kind)).map((port) => ({
        address: '127.0.0.1',
        port,
      })),
    })),
  });
  const proxy = await ProxyProcess.start(manifest());
  const open: Socket[] = [];
  const dial = async (kind: Kind): Promise<Socket> => {
    const socket = await dialClient(portOf(kind));
    socket.on('error', () => undefined); // how it ends is in the lines
    open.push(socket);
    return socket;
  };
  const clients = new Map<Kind, string>();
  const begin = async (kind: Kind): Promise<Socket> => {
    const socket = await dial(kind);
    clients.set(kind, clientOf(socket));
    return socket;
  };
  try {
    assert.equal(await askOnce(portOf('finished')), 'hello');
    const resetting = await begin('reset');
    await answers(resetting);
    resetting.resetAndDestroy();
    (await begin('resets')).write('hi');
    await howDialEnds(portOf('refused'));
    const idle = await begin('idle');
    await answers(idle);
    await howItEnded(idle);
    const removed = await begin('removed');
    await answers(removed);
    const filling = await dial('full');
    await answers(filling);
    await howDialEnds(portOf('full'));
    await answers(await begin('open'));
    const ends = howItEnded(removed);
    await proxy.write(manifestText(manifest('removed')));
    await ends;
    await proxy.until('holding just two connections', async () => (await proxy.open()) === 2);
    await proxy.stop();

    const lines = accessLines(proxy);
    for (const kind of KINDS) {
      const mine = lines.filter(({ listener }) => listener === kind);
      const line = mine.find(({ reason }) => reason === EXPECTED[kind].reason);
      assert.ok(line !== undefined, `${kind}: ${JSON.stringify(mine)}`);
      // The connection that uses all capacity of 'full' stays open until the proxy stops.
      assert.equal(mine.length, kind === 'full' ? 2 : 1, kind);
      const { endpoint, ...rest } = line;
      const { client, time, durationMs, acceptor, ...said } = rest;
      assert.equal(Object.keys(rest).sort().join(' '), FIELDS, kind);
      assert.deepEqual(
        said,
        { log: 'access', listener: kind, backend: `${kind}-backend`, ...EXPECTED[kind] },
        kind,
      );
      if (kind === 'full') assert.equal(endpoint, undefined, kind);
      else
        assert.ok(
          endpointsOf(kind).some((port) => endpoint === `127.0.0.1:${port}`),
          `${kind}: ${endpoint}`,
        );
      assert.match(`${client}`, /^127\.0\.0\.1:\d+$/);
      if (clients.has(kind)) assert.equal(client, clients.get(kind), kind);
      assert.ok(Math.abs(Date.parse(`${time}`) - Date.now()) < 60_000, `${time}`);
      assert.ok(Number(durationMs) >= (kind === 'idle' ? 1000 : 0), `${kind}: ${durationMs}`);
      assert.ok(acceptor === 0 || acceptor === 1);
    }
    assert.equal(lines.length, KINDS.length + 1);
    for (const line of otherLines(proxy)) assert.ok('level' in line && 'msg' in line);
  } finally {
    for (const socket of open) socket.destroy();
    await proxy.stop();
    await Promise.all(Object.values(servers).map((server) => server.close()));
  }
});

test('changing the mode of the access log takes effect at once and closes no connection', async () => {
  const greets = await startEndpoint(greet('hello'));
  const echoes = await startEndpoint(echo);
  const [port, refusedPort, keptPort] = (await freePorts(3)) as [number, number, number];
  const [refusing] = (await freePorts(1)) as [number];
  const manifest = (accessLog: NonNullable<Manifest['accessLog']>): Manifest => ({
    accessLog,
    listeners: [
      { name: 'good', port, backend: 'good' },
      { name: 'bad', port: refusedPort, backend: 'bad' },
      { name: 'kept', port: keptPort, backend: 'kept' },
    ],
    backends: [
      { name: 'good', endpoints: [{ address: '127.0.0.1', port: greets.port }] },
      { name: 'bad', endpoints: [{ address: '127.0.0.1', port: refusing }] },
      { name: 'kept', endpoints: [{ address: '127.0.0.1', port: echoes.port }] },
    ],
  });
  const proxy = await ProxyProcess.start(manifest({ mode: 'Off' }));
  const kept = await dialClient(keptPort);
  /** Connections that finish, and one that fails. */
  const traffic = async (good: number): Promise<void> => {
    for (let i = 0; i < good; i += 20) await Promise.all(Array.from({ length: 20 }, () => askOnce(port)));
    await howDialEnds(refusedPort);
    await proxy.until('idle', async () => (await proxy.open()) === 1);
  };
  const mode = (accessLog: NonNullable<Manifest['accessLog']>): Promise<void> =>
    proxy.serve(() => proxy.write(manifestText(manifest(accessLog))));
  const lines = async (): Promise<number> => proxy.metric('l4balancer_access_log_lines_total');
  try {
    await answers(kept);
    await traffic(20);
    await mode({ mode: 'Errors' });
    await traffic(20);
    await mode({ mode: 'Off' });
    await proxy.until('written', async () => (await lines()) > 0);
    await traffic(20);
    await mode({ mode: 'Sampled', sampleOneIn: 4 });
    await traffic(400);
    await mode({ mode: 'Off' });
    await answers(kept);
    kept.destroy();
    await proxy.stop();
    const written = accessLines(proxy);
    assert.deepEqual(
      [written[0]?.listener, written[0]?.reason],
      ['bad', 'ConnectFailed'],
      'neither connections that ended without an access log nor finished ones are there',
    );
    const sampled = written.slice(1);
    assert.ok(sampled.length > 50 && sampled.length < 170, `${sampled.length} of 401, one in four`);
    assert.ok(!written.some(({ listener }) => listener === 'kept'));
  } finally {
    kept.destroy();
    await proxy.stop();
    await Promise.all([greets.close(), echoes.close()]);
  }
});

test('while nobody reads standard output, traffic goes on, dropped lines are counted, and no line is truncated', async () => {
  const greets = await startEndpoint(greet('hello'));
  const [port] = (await freePorts(1)) as [number];
  const proxy = await ProxyProcess.start({
    accessLog: { mode: 'All' },
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: greets.port }] }],
  });
  const dropped = (): Promise<number> =>
    proxy.metric('l4balancer_access_log_dropped_total', { where: 'output' });
  try {
    proxy.process.stdout?.pause();
    const ask = async (): Promise<boolean> => {
      for (let i = 0; i < 20; i++) {
        const said = await Promise.all(Array.from({ length: 50 }, () => askOnce(port)));
        assert.deepEqual(new Set(said), new Set(['hello']));
      }
      return (await dropped()) > 0;
    };
    await until('a line is dropped', ask, { withinMs: 180_000, everyMs: 0, seen: () => proxy.account() });
    assert.ok(
      (await fetch(`http://${proxy.admin}/healthz`)).ok,
      'a stalled reader must not make the proxy unhealthy',
    );
    proxy.process.stdout?.resume();
    await proxy.until('idle', async () => (await proxy.open()) === 0);
    const all = await proxy.metric('l4balancer_listener_accepted_connections_total');
    const lost = await proxy.metric('l4balancer_access_log_dropped_total');
    await proxy.stop();
    assert.equal(accessLines(proxy).length + lost, all);
    assert.ok(otherLines(proxy).some(({ msg }) => msg === 'stop requested'));
  } finally {
    await proxy.stop();
    await greets.close();
  }
});
