import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { libc } from '../../../proxy/sys/libc.ts';
import { pinnedMemory } from '../../../proxy/sys/memory.ts';
import { SOCKET_ADDRESS_BYTES, writeSocketAddress } from '../../../proxy/sys/socket-address.ts';
import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from '../../../proxy/sys/sys.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { endWithThis } from '../../end-with-this.ts';
import { echoDatagrams, startDatagramEndpoint } from '../../proxy/relay/datagram-sockets.ts';
import { echo, startEndpoint } from '../../proxy/relay/endpoint-server.ts';
import { ProxyProcess } from '../../proxy/relay/proxy-process.ts';
import { Endpoints } from '../endpoints.ts';
import { attackedListeners, policiesOf, trackedSources } from './attacked.ts';
import type { Aim, AimedPorts, AttackName } from './attacks.ts';
import { startNginxBeside } from './beside.ts';
import { type Experience, experience } from './bystanders.ts';
import type { HostileResult } from './hostile-result.ts';

// Runs in a network namespace of its own, on whose loopback every address of 10.0.0.0/8 is at home: so the
// answers to sources that were made up end there. Prints HostileResult.
const PROGRAM = new URL('./attack-program.ts', import.meta.url).pathname;
const QUIC_ENDPOINT = new URL('./quic-endpoint-program.ts', import.meta.url).pathname;
const SAMPLE_EVERY_MS = 200;
/** Longer than a bucket of the listeners takes to fill. */
const FORGOTTEN_MS = 30_000;

/** How much of each attack there is at full size, and how fast; `scale` reduces it. */
const FULL: Readonly<Record<AttackName, { readonly count: number; readonly perSecond: number }>> = {
  'UDP flood, each packet from another source': { count: 10_000_000, perSecond: 60_000 },
  'fragments that are never complete': { count: 500_000, perSecond: 20_000 },
  slowloris: { count: 5_000, perSecond: 0 },
  'one source that reconnects': { count: 200_000, perSecond: 10_000 },
  'datagrams of 0 and 65,507 bytes': { count: 100_000, perSecond: 5_000 },
  'handshakes of QUIC': { count: 200_000, perSecond: 5_000 },
  'port scan': { count: 131_070, perSecond: 5_000 },
};

const scale = Number(process.argv[2] ?? '1');
const isBesideNginx = process.argv[3] === 'nginx';
/** The least time in which clients are observed without an attack. */
const controlMs = Math.min(2_000, 200_000 * scale);
/** What it is compared with need not take as long. */
const CONTROL_SHARE = 0.05;
/** Nor what it is compared with behind nginx. */
const BESIDE_SHARE = 0.25;

execFileSync('ip', ['route', 'add', 'local', '10.0.0.0/8', 'dev', 'lo']);
const endpoint = await startEndpoint(echo);
// Connections of attackers end elsewhere: this process measures.
const others = await Endpoints.start(1);
const datagrams = await startDatagramEndpoint(echoDatagrams);
const [tcp, attackedTcp, udp, attackedUdp, attackedQuic, sink, quic, nobody] = (await freePorts(8)) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];
// What is attacked has an endpoint that never reads: it takes no time of this process, which measures.
const sys = libc();
const sinkSocket = sys.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
const sinkAddress = pinnedMemory(SOCKET_ADDRESS_BYTES);
sys.bind(sinkSocket, sinkAddress.address, writeSocketAddress(sinkAddress.view, 0, '127.0.0.1', sink));
const quicEndpoint = spawn(process.execPath, [QUIC_ENDPOINT, `${quic}`], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
endWithThis(quicEndpoint);
await once(quicEndpoint.stdout as NodeJS.ReadableStream, 'data');
const at = (port: number) => [{ address: '127.0.0.1', port }];
const proxy = await ProxyProcess.start(
  {
    listeners: [
      { name: 'web', port: tcp, backend: 'web' },
      { name: 'dns', port: udp, backend: 'dns', protocol: 'UDP', idle: '2s' },
      ...attackedListeners(attackedTcp, attackedUdp, attackedQuic),
    ],
    backends: [
      { name: 'web', endpoints: at(endpoint.port) },
      { name: 'attacked-web', endpoints: at(others.ports[0] as number) },
      { name: 'dns', endpoints: at(datagrams.port) },
      { name: 'sink', endpoints: at(sink) },
      { name: 'quic', endpoints: at(quic) },
    ],
    accessLog: { mode: 'Off' },
  },
  { env: { LOG_LEVEL: 'error' } },
);

const attack = async (name: AttackName, aim: Aim): Promise<number> => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [PROGRAM, JSON.stringify([name, aim])]);
  return Number(stdout);
};

/** The most memory that the proxy has, and sources that it follows, while something goes on. */
const mostOf = async (
  during: Promise<unknown>,
): Promise<{ readonly most: number; readonly tracked: number }> => {
  let isOver = false;
  void during.then(() => {
    isOver = true;
  });
  let [most, tracked] = [0, 0];
  while (!isOver) {
    most = Math.max(most, (await proxy.memory()).now);
    tracked = Math.max(tracked, await trackedSources(proxy));
    await sleep(SAMPLE_EVERY_MS);
  }
  tracked = Math.max(tracked, await trackedSources(proxy));
  return { most, tracked };
};

const nginx = isBesideNginx
  ? await startNginxBeside({
      web: endpoint.port,
      attackedWeb: others.ports[0] as number,
      dns: datagrams.port,
      sink,
      quic,
    })
  : undefined;

const OURS = { tcpPort: attackedTcp, udpPort: attackedUdp, quicPort: attackedQuic };
const NOBODY = { tcpPort: nobody, udpPort: nobody, quicPort: nobody };

const aimOf = (name: AttackName, share: number, ports: AimedPorts = OURS): Aim => ({
  ...ports,
  count: Math.ceil(FULL[name].count * share),
  perSecond: FULL[name].perSecond,
});

/**
 * What clients experience while somebody does the same to a port that nobody has: that, too, takes the time
 * of a processor, which the proxy is not to blame for. The first ports, which are scanned, are nobody's.
 */
const control = (name: AttackName): Promise<Experience> => {
  const attacking = attack(name, aimOf(name, scale * CONTROL_SHARE, NOBODY));
  return experience(tcp, udp, Promise.all([attacking, sleep(controlMs)]));
};

/** What clients experience behind nginx while it is attacked; undefined if it is not there. */
const behindNginx = async (name: AttackName): Promise<Experience | undefined> =>
  nginx &&
  experience(nginx.tcpPort, nginx.udpPort, attack(name, aimOf(name, scale * BESIDE_SHARE, nginx.attacked)));

const results: HostileResult['attacks'][number][] = [];
// Memory that is taken once, such as for sessions, is not what grows with the number of sources.
await Promise.all([
  attack(
    'UDP flood, each packet from another source',
    aimOf('UDP flood, each packet from another source', scale / 50),
  ),
  attack('slowloris', aimOf('slowloris', scale)),
]);
for (const name of Object.keys(FULL) as AttackName[]) {
  const memoryBefore = (await proxy.memory()).now;
  const before = await control(name);
  const attacking = attack(name, aimOf(name, scale));
  const started = performance.now();
  const [during, { most, tracked }, count] = await Promise.all([
    experience(tcp, udp, attacking),
    mostOf(attacking),
    attacking,
  ]);
  const seconds = (performance.now() - started) / 1000;
  const beside = await behindNginx(name);
  results.push({ name, count, seconds, before, during, beside, memoryBefore, most, tracked });
  process.stderr.write(`${name}: ${count} in ${seconds.toFixed(1)} s\n`);
}
await until('no connection is left', async () => (await proxy.open()) === 0);
// Every rate has recovered after some seconds: what is followed still would be followed for ever.
const trackedAfter = await until('no source is followed', async () => (await trackedSources(proxy)) === 0, {
  withinMs: FORGOTTEN_MS,
}).then(
  () => 0,
  () => trackedSources(proxy),
);
const policies = { ...(await policiesOf(proxy)), trackedAfter };
const isAlive = proxy.process.exitCode === null;
const deaths = await proxy.metric('l4balancer_acceptor_deaths_total');
const result: HostileResult = { attacks: results, policies, isAlive, deaths, exitCode: await proxy.stop() };
await nginx?.stop();
await endpoint.close();
await others.stop();
await datagrams.close();
quicEndpoint.kill();
sys.close(sinkSocket);
process.stdout.write(JSON.stringify(result));
