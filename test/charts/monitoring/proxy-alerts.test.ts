import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { findProgram } from '../../../tooling/process/find-program.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';
import { NEEDS_OWN_NETWORK, runInOwnNetwork } from '../../program/own-network.ts';
import { dialClient } from '../../proxy/relay/client.ts';
import { DatagramClient, nameItself, startDatagramEndpoint } from '../../proxy/relay/datagram-sockets.ts';
import { echo, startEndpoint } from '../../proxy/relay/endpoint-server.ts';
import {
  type ListenerInput,
  type Manifest,
  manifestText,
  ProxyProcess,
} from '../../proxy/relay/proxy-process.ts';
import { Alarms, WITHIN_MS } from './alarms.ts';
import { WITH_PROMETHEUS } from './prometheus-programs.ts';
import { OF_PROXY, watchProxy } from './single-proxy.ts';

const SOURCE_PORTS = new URL('./source-ports-program.ts', import.meta.url).pathname;
const STRACE = findProgram('strace');
/** More clients than descriptors are enough for, two each. */
const DESCRIPTORS = 400;
/** More bytes of datagrams than a receive queue has room for. */
const FLOOD = 5_000;
const AT_ONCE = 100;
const QUESTION = 'x'.repeat(8_000);
/** How long each call to the kernel takes: longer than a stalled acceptor is tolerated. */
const STANDS_STILL_US = 60_000_000;

const folder = mkdtempSync(join(tmpdir(), 'l4b-alerts-'));
const LOG = join(folder, 'log');

let tcp: number;
let udp: number;
let manifest: Manifest;
let proxy: ProxyProcess;
let alarms: Alarms;
let reader: ChildProcess;
let log = '';
const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];

/** What takes the lines of the proxy's log, as a container runtime does. */
const startReader = (): ChildProcess => {
  const child = spawn('cat', [LOG], { stdio: ['ignore', 'pipe', 'ignore'] });
  endWithThis(child);
  child.stdout?.on('data', (data: Buffer) => {
    log += data;
  });
  return child;
};

/** Holds a thread of the proxy up, in each of its calls to the kernel, until the returned function is called. */
const holdUp = async (thread: string): Promise<() => void> => {
  const strace = spawn(
    STRACE as string,
    ['--trace=all', `--inject=all:delay_enter=${STANDS_STILL_US}`, `--attach=${thread}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  endWithThis(strace);
  let said = '';
  strace.stderr.on('data', (data: Buffer) => {
    said += data;
  });
  await until('strace is attached', () => {
    assert.equal(strace.exitCode, null, said);
    return said.includes('attached');
  });
  return () => strace.kill('SIGKILL');
};

/** What is reported if a test fails has the proxy's log, which goes to the reader. */
const untilLogged = (text: string): Promise<unknown> =>
  until(`the log has "${text}"`, () => log.includes(text), { seen: () => log });

before(async () => {
  if (WITH_PROMETHEUS.skip !== false) return;
  const [stream, datagrams] = [await startEndpoint(echo), await startDatagramEndpoint(nameItself('me'))];
  stops.push(
    () => stream.close(),
    () => datagrams.close(),
  );
  [tcp, udp] = (await freePorts(2)) as [number, number];
  manifest = {
    listeners: [
      { name: 'web', port: tcp, backend: 'web' },
      { name: 'dns', port: udp, protocol: 'UDP', backend: 'dns' },
    ],
    backends: [
      { name: 'web', endpoints: [{ address: '127.0.0.1', port: stream.port }] },
      { name: 'dns', endpoints: [{ address: '127.0.0.1', port: datagrams.port }] },
    ],
    accessLog: { mode: 'All' },
  };
  assert.equal(spawnSync('mkfifo', [LOG]).status, 0);
  reader = startReader();
  stops.push(() => reader.kill());
  proxy = await ProxyProcess.start(manifest, {
    wrap: ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`, 'sh', '-c', 'exec "$@" >"$0"', LOG],
  });
  stops.push(() => proxy.stop());
  const prometheus = await watchProxy(proxy.admin);
  stops.push(() => prometheus.stop());
  alarms = new Alarms(prometheus);
});

after(async () => {
  for (const stop of stops.reverse()) await stop();
});

test('an acceptor that stands still fires an alert when it misses a change, and another one when it is replaced', {
  skip: WITH_PROMETHEUS.skip || (STRACE === undefined && 'strace: not installed'),
}, async (t) => {
  const threads = `/proc/${proxy.process.pid}/task`;
  const thread =
    readdirSync(threads).find(
      (id) => readFileSync(join(threads, id, 'comm'), 'utf8').trim() === 'acceptor-1',
    ) ?? assert.fail('the proxy has no thread acceptor-1');
  const letGo = await holdUp(thread);
  t.after(letGo);
  const [more] = (await freePorts(1)) as [number];
  await proxy.write(
    manifestText({
      ...manifest,
      listeners: [...manifest.listeners, { name: 'more', port: more, backend: 'web' }],
    }),
  );
  await alarms.fires('L4BalancerAcceptorStuck', OF_PROXY);
  await untilLogged('acceptor is stalled');
  letGo();
  await alarms.fires('L4BalancerAcceptorDied', OF_PROXY);
  await alarms.stop('L4BalancerAcceptorStuck', 'L4BalancerAcceptorDied');
});

test(
  'clients that take all descriptors fire the alerts about descriptors and those who wait, until they leave',
  WITH_PROMETHEUS,
  async (t) => {
    const clients: Socket[] = [];
    const leave = (): void => {
      for (const client of clients) client.destroy();
    };
    t.after(leave);
    for (let i = 0; i < DESCRIPTORS; i++) {
      const client = await dialClient(tcp);
      client.on('error', () => undefined).resume(); // some are reset for lack of descriptors
      clients.push(client);
    }
    await alarms.fires('L4BalancerDescriptorsNearlyFull', OF_PROXY);
    await alarms.fires('L4BalancerClientsWait', { ...OF_PROXY, errno: 'EMFILE' });
    leave();
    await alarms.stop('L4BalancerDescriptorsNearlyFull', 'L4BalancerClientsWait');
  },
);

test(
  'datagrams that come while a proxy gets no core fire an alert for a while',
  WITH_PROMETHEUS,
  async (t) => {
    const client = await DatagramClient.open();
    t.after(() => {
      proxy.process.kill('SIGCONT');
      client.close();
    });
    await client.ask('who', udp);
    proxy.process.kill('SIGSTOP');
    for (let sent = 0; sent < FLOOD; sent += AT_ONCE)
      await Promise.all(
        Array.from(
          { length: AT_ONCE },
          () => new Promise((resolve) => client.socket.send(QUESTION, udp, '127.0.0.1', resolve)),
        ),
      );
    proxy.process.kill('SIGCONT');
    await alarms.fires('L4BalancerDatagramsDropped', {
      namespace: OF_PROXY.namespace,
      balancer: OF_PROXY.balancer,
      listener: 'dns',
    });
    await alarms.stop('L4BalancerDatagramsDropped');
  },
);

test('a log that nobody reads fires an alert until somebody does', WITH_PROMETHEUS, async () => {
  const ended = once(reader, 'exit');
  reader.kill();
  await ended;
  const client = await dialClient(tcp);
  client.resume().end();
  await alarms.fires('L4BalancerLogFails', { namespace: OF_PROXY.namespace, pod: OF_PROXY.pod });
  reader = startReader();
  await alarms.stop('L4BalancerLogFails');
});

test('few source ports fire an alert until connections have ended', {
  skip: WITH_PROMETHEUS.skip || NEEDS_OWN_NETWORK.skip,
}, () => {
  const seen = runInOwnNetwork(SOURCE_PORTS, {
    // A few more than those below which the alert fires.
    prepare: 'echo "30000 32999" > /proc/sys/net/ipv4/ip_local_port_range',
    withinMs: 3 * WITHIN_MS,
  });
  assert.deepEqual(seen, { labels: { ...OF_PROXY, backend: 'web' }, stopped: true });
});

test(
  'sysctls that the kernel does not have fire an alert until no more is asked for than it has',
  WITH_PROMETHEUS,
  async () => {
    const { namespace, balancer } = OF_PROXY;
    const lacking = (await proxy.status()).tuning.filter(({ ok, name }) => !ok && name.startsWith('net.'));
    assert.ok(lacking.length > 0);
    for (const { name } of lacking)
      await alarms.fires('L4BalancerTuningNotInEffect', { namespace, balancer, setting: name });
    const sysctls = lacking.map(({ name, effective }) => ({ name, value: effective }));
    await proxy.write(manifestText({ ...manifest, tuning: { sysctls } }));
    for (const { name } of lacking)
      await alarms.stopFor('L4BalancerTuningNotInEffect', { namespace, balancer, setting: name });
  },
);

test(
  'a list of sources that cannot be read, and a collector that is not there, fire alerts until they are mended',
  WITH_PROMETHEUS,
  async () => {
    const { namespace, balancer, pod } = OF_PROXY;
    const list = join(folder, 'sources');
    writeFileSync(list, 'allow 127.0.0.0/8\nallow everybody\n');
    const [web, ...others] = manifest.listeners as [ListenerInput, ...ListenerInput[]];
    await proxy.write(
      manifestText({
        ...manifest,
        listeners: [{ ...web, sources: { fromFiles: [list] } }, ...others],
        // Nobody listens at port 1.
        otlp: { endpoint: 'http://127.0.0.1:1', metrics: true, interval: '1s' },
      }),
    );
    await alarms.fires('L4BalancerSourceListUnusable', { namespace, balancer });
    await alarms.fires('L4BalancerOtlpFails', { namespace, pod });
    writeFileSync(list, 'allow 127.0.0.0/8\n');
    await alarms.stop('L4BalancerSourceListUnusable');
    await proxy.write(manifestText(manifest));
    await alarms.stop('L4BalancerOtlpFails');
  },
);

test('no text of these alerts lacks a value', WITH_PROMETHEUS, () => {
  alarms.assertWholeTexts();
});
