import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clusterProvider } from '../cluster/open-cluster.ts';
import { until } from '../tooling/wait/until.ts';
import { balancer, SMALL } from './support/objects.ts';
import type { Visit } from './support/visit.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

const VISIT = new URL('./support/visit.ts', import.meta.url).pathname;
/** A client that nobody has, of TEST-NET-2. */
const CLIENT = '198.51.100.7';
const HAPROXY_PORT = 18_080;

let world: World;
/** Address of the clients' network, from which nodes are reached. */
let own: string;
const nodePorts: Record<string, number> = {};

/** Starts a program in the clients' network, and returns what it prints. */
const run = async (argv: readonly string[]): Promise<string> => {
  const child = world.cluster.runInClient(argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  return Buffer.concat(chunks).toString();
};

const visit = async (host: string, port: number | undefined, client?: string): Promise<Visit> =>
  JSON.parse(
    await run([process.execPath, VISIT, host, `${port}`, ...(client === undefined ? [] : [client])]),
  ) as Visit;

const spec = (trusted: string) => ({
  accessLog: { mode: 'All' },
  listeners: [
    { name: 'plain', port: 8080, backend: 'echo' },
    { name: 'named', port: 8081, backend: 'echo', proxyProtocol: { trustedSources: [trusted] } },
  ],
  service: { type: 'NodePort', externalTrafficPolicy: 'Local' },
  // A node without a proxy would drop clients.
  workload: { kind: 'DaemonSet', terminationGracePeriod: '5s', resources: SMALL },
});

/** The access log of all proxies has a line of this listener about this client. */
const logged = (listener: string, client: string): Promise<true> => {
  const log = (): Promise<string> =>
    world.kubectl(['logs', '-l', 'app.kubernetes.io/instance=edge', '--tail=-1', '--prefix']);
  return until(
    `${listener} has logged ${client}`,
    async () => {
      const lines = (await log()).split('\n');
      return lines.some(
        (line) => line.includes(`"listener":"${listener}"`) && line.includes(`"client":"${client}:`),
      )
        ? true
        : undefined;
    },
    within(30, log),
  );
};

before(async () => {
  world = await World.open('client-address');
  await world.echo('edge-echo', 1);
  const [node] = world.cluster.nodes;
  // The kubelet's port: any that answers shows which address clients have.
  ({ from: own } = await visit(node?.address as string, 10_250));
  await world.apply(balancer('edge', 'edge-echo', spec(own)));
  await world.ready('edge');
  const service = await world.get('service', 'l4b-edge');
  const ports = service?.spec.ports as readonly { readonly name: string; readonly nodePort: number }[];
  for (const { name, nodePort } of ports) nodePorts[name] = nodePort;
});

after(() => world?.close());

test('with externalTrafficPolicy Local, a client is seen with its own address at the node port of each node', async () => {
  for (const { address, name } of world.cluster.nodes)
    assert.match((await visit(address, nodePorts.plain)).answer, /200/, name);
  await logged('plain', own);
});

test('a load balancer outside names its client by a PROXY header at the node port of each node', async () => {
  for (const [index, { address, name }] of world.cluster.nodes.entries()) {
    const client = `${CLIENT}${index}`;
    assert.match((await visit(address, nodePorts.named, client)).answer, /200/, name);
    await logged('named', client);
  }
});

/** With kind, clients run in a container, which has no HAProxy. */
const HAPROXY = {
  skip: (await clusterProvider()).kind === 'kind' && 'haproxy is not in the clients’ container of kind',
};

test('HAProxy outside names its client by a PROXY header of version 2', HAPROXY, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-haproxy-'));
  const file = join(folder, 'haproxy.cfg');
  const [node] = world.cluster.nodes;
  writeFileSync(
    file,
    [
      'defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s',
      `listen edge\n  bind 0.0.0.0:${HAPROXY_PORT}\n  server node ${node?.address}:${nodePorts.named} send-proxy-v2\n`,
    ].join('\n'),
  );
  const haproxy: ChildProcess = world.cluster.runInClient(['haproxy', '-db', '-f', file], {
    stdio: 'inherit',
  });
  const ended = once(haproxy, 'close');
  try {
    // Its client comes from the loopback address of the clients' network, which no node can see.
    await until(
      'HAProxy passes on an answer',
      async () => (/200/.test((await visit('127.0.0.1', HAPROXY_PORT)).answer) ? true : undefined),
      within(30),
    );
    await logged('named', '127.0.0.1');
  } finally {
    haproxy.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true });
  }
});

test('a PROXY header of somebody who is not trusted is refused, and the status says whom to trust', async () => {
  await world.apply(balancer('edge', 'edge-echo', spec('192.0.2.1')));
  await world.ready('edge');
  const [node] = world.cluster.nodes;
  const warning = async (): Promise<string> => {
    await visit(node?.address as string, nodePorts.named, CLIENT);
    return world.kubectl([
      'get',
      'l4balancer',
      'edge',
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Warnings")].message}',
    ]);
  };
  await until(
    'the warning names the peer',
    async () =>
      (await warning()).includes(`Listener "named" refuses every connection`) &&
      (await warning()).includes(own)
        ? true
        : undefined,
    within(90, warning),
  );
});
