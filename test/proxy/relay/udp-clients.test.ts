import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runChild } from '../../../tooling/process/child.ts';
import { findProgram } from '../../../tooling/process/find-program.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { type Service, startService } from '../../../tooling/process/service.ts';
import { until } from '../../../tooling/wait/until.ts';
import { startDatagramEndpoint } from './datagram-sockets.ts';
import { ProxyProcess } from './proxy-process.ts';

/** More than fits into an answer over UDP, so that the client asks again over TCP. */
const LONG = Array.from({ length: 12 }, (_, i) => `part ${i} `.padEnd(200, 'x'));
const MESSAGES = 20;
const START_MS = 20_000;
const DIG = ['+tries=3', '+timeout=5', '+nocookie'] as const;

const unless = (...programs: readonly string[]) => {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  return { skip: missing.length === 0 ? false : `${missing.join(', ')}: not installed` };
};

/** A proxy with a UDP and a TCP listener on one port, both to one backend. */
const bothProtocols = async (t: TestContext, port: number, endpoint: number): Promise<ProxyProcess> => {
  const proxy = await ProxyProcess.start({
    listeners: [
      { name: 'datagrams', port, protocol: 'UDP', backend: 'b', idle: '2s' },
      { name: 'streams', port, backend: 'b' },
    ],
    backends: [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint }] }],
    accessLog: { mode: 'All' },
  });
  t.after(() => proxy.stop());
  return proxy;
};

const serviceFor = (t: TestContext, name: string, argv: readonly [string, ...string[]]): Service => {
  const service = startService(name, argv);
  t.after(() => service.stop());
  return service;
};

test(
  'dig asks a DNS server over UDP and, for a long answer, over TCP on the same port',
  unless('dig', 'dnsmasq'),
  async (t) => {
    const [port, server] = (await freePorts(2)) as [number, number];
    const dnsmasq = serviceFor(t, 'dnsmasq', [
      findProgram('dnsmasq') as string,
      '--no-daemon',
      '--conf-file=/dev/null',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      '--listen-address=127.0.0.1',
      `--port=${server}`,
      '--host-record=web.test,192.0.2.7,2001:db8::7',
      `--txt-record=long.test,${LONG.join(',')}`,
    ]);
    const dig = (at: number, ...question: readonly string[]): Promise<string> =>
      runChild(['dig', '@127.0.0.1', '-p', `${at}`, ...DIG, ...question]);
    await dnsmasq.until(
      'answers',
      async () => /192\.0\.2\.7/.test(await dig(server, '+short', 'web.test')),
      START_MS,
    );
    const proxy = await bothProtocols(t, port, server);
    assert.equal((await dig(port, '+short', 'web.test', 'A')).trim(), '192.0.2.7');
    assert.equal((await dig(port, '+short', 'web.test', 'AAAA')).trim(), '2001:db8::7');
    assert.equal((await dig(port, '+short', '+tcp', 'web.test')).trim(), '192.0.2.7');
    const long = await dig(port, '+bufsize=512', 'long.test', 'TXT');
    assert.match(long, /SERVER: .*\(TCP\)/);
    for (const part of LONG) assert.ok(long.includes(part), part);
    assert.ok(
      (await proxy.metric('l4balancer_listener_accepted_connections_total', { listener: 'datagrams' })) >= 3,
    );
    assert.ok(
      (await proxy.metric('l4balancer_listener_accepted_connections_total', { listener: 'streams' })) >= 2,
    );
  },
);

test(
  'iperf3 sends datagrams both ways, with its control connection on the same port',
  unless('iperf3'),
  async (t) => {
    const [port, server] = (await freePorts(2)) as [number, number];
    serviceFor(t, 'iperf3', ['iperf3', '--server', '--port', `${server}`, '--bind', '127.0.0.1']);
    const proxy = await bothProtocols(t, port, server);
    for (const direction of [[], ['--reverse']]) {
      const run = () =>
        runChild([
          'iperf3',
          ...['--client', '127.0.0.1', '--port', `${port}`, '--udp', '--json', '--length', '1200'],
          ...['--bandwidth', '8M', '--bytes', '600K', ...direction],
        ]).catch(() => undefined); // the server may not listen yet, or still end the last run
      const text = await until('iperf3 succeeds', run, { everyMs: 200 });
      const { end } = JSON.parse(text) as { end: { sum: { packets: number; lost_packets: number } } };
      t.diagnostic(JSON.stringify(end.sum));
      assert.ok(end.sum.packets >= 500);
      assert.ok(end.sum.lost_packets < end.sum.packets / 2, `${end.sum.lost_packets} lost`);
    }
    const received = await proxy.metric('l4balancer_listener_received_datagrams_total');
    const sent = await proxy.metric('l4balancer_listener_sent_datagrams_total');
    assert.ok(received >= 500 && sent >= 500, `${received} received, ${sent} sent`);
  },
);

test(
  'logger sends lines to a syslog server that never answers, and the session ends in order',
  unless('logger'),
  async (t) => {
    const [port] = (await freePorts(1)) as [number];
    const lines: string[] = [];
    const syslog = await startDatagramEndpoint((data) => lines.push(data.toString()));
    t.after(() => syslog.close());
    const proxy = await bothProtocols(t, port, syslog.port);
    for (let i = 0; i < MESSAGES; i++)
      await runChild([
        'logger',
        '--udp',
        '--server',
        '127.0.0.1',
        '--port',
        `${port}`,
        '--tag',
        'test',
        `line ${i}`,
      ]);
    await until('every line has arrived', () => lines.length === MESSAGES, { seen: () => lines });
    for (let i = 0; i < MESSAGES; i++) assert.ok(lines.some((line) => line.endsWith(`line ${i}`)));
    await proxy.until('without sessions', async () => (await proxy.open()) === 0);
    const closed = await proxy.metric('l4balancer_connections_closed_total', {
      reason: 'SessionIdle',
      listener: 'datagrams',
    });
    assert.equal(closed, MESSAGES, 'each logger had a port of its own');
  },
);
