import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { dnsImage } from '../cluster/images/dns-image.ts';
import { until } from '../tooling/wait/until.ts';
import type { DnsAnswer } from './support/dns-client.ts';
import { SMALL } from './support/objects.ts';
import { within } from './support/within.ts';
import { World } from './support/world.ts';

const CLIENT = new URL('./support/dns-client.ts', import.meta.url).pathname;
/** Any answer with this ID. The question is for the TXT records of `who.test`. */
const CHECK = {
  type: 'UDP',
  udp: {
    send: '\\x6c\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x03who\\x04test\\x00\\x00\\x10\\x00\\x01',
    expect: '\\x6c\\x34',
  },
  interval: '500ms',
  timeout: '500ms',
};

/** An address of TEST-NET-1, which is nobody's. */
const NOBODY = '192.0.2.1';

let world: World;
let address: string;

/** A DNS server of two pods, and its Service, which has port 53 for both protocols. */
const server = (image: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'dns' },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: 'dns' } },
          template: {
            metadata: { labels: { app: 'dns' } },
            spec: {
              terminationGracePeriodSeconds: 1,
              containers: [
                {
                  name: 'dns',
                  image,
                  imagePullPolicy: 'IfNotPresent',
                  readinessProbe: { tcpSocket: { port: 5353 }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'dns' },
        spec: {
          selector: { app: 'dns' },
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
            { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 5353 },
          ],
        },
      },
    ],
  });

const balancer = (more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'l4balancer.dev/v1alpha1',
    kind: 'L4Balancer',
    metadata: { name: 'edge' },
    spec: {
      listeners: [
        { name: 'dns', port: 53, protocol: 'UDP', backend: 'dns', timeouts: { idle: '30s' } },
        { name: 'dns-tcp', port: 53, backend: 'dns' },
      ],
      backends: [{ name: 'dns', service: { name: 'dns', port: 53 }, healthCheck: CHECK }],
      service: { type: 'NodePort', ...more },
      workload: { replicas: 2, terminationGracePeriod: '10s', resources: SMALL },
    },
  });

before(async () => {
  world = await World.open('udp');
  const { reference, tar } = await dnsImage();
  await world.cluster.loadImage(tar);
  await world.apply(server(reference));
  await world.kubectl(['rollout', 'status', 'deployment/dns', '--timeout=90s']);
  await world.apply(balancer());
  const seen = await world.ready('edge');
  address = seen.status?.addresses?.[0]?.value ?? assert.fail('no address in the status');
});

after(() => world?.close());

const started = (...args: readonly string[]): { client: ChildProcess; answers: Promise<DnsAnswer[]> } => {
  const client = world.cluster.runInClient([process.execPath, CLIENT, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  client.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const answers = once(client, 'close').then(
    () => JSON.parse(Buffer.concat(chunks).toString()) as DnsAnswer[],
  );
  return { client, answers };
};

/** The servers that a DNS client gets its answers from, one question for each of sixteen ports. */
const resolved = async (host: string, port: number, name: string): Promise<readonly string[]> => {
  const answers = await started('resolve', host, `${port}`, name, '16').answers;
  assert.deepEqual(
    answers.flatMap(({ failure }) => failure ?? []),
    [],
  );
  return [...new Set(answers.map(({ server: each = '' }) => each))].sort();
};

const podNames = async (): Promise<readonly string[]> =>
  (await world.list('pods', 'app=dns')).map(({ metadata }) => metadata.name).sort();

interface Port {
  readonly protocol: string;
  readonly port: number;
  readonly nodePort: number;
}
const portsOf = async (service: string): Promise<readonly Port[]> =>
  (await world.get('service', service))?.spec.ports as readonly Port[];

test('a DNS client is answered by every pod over UDP, and over TCP at the same port where answers are long', async () => {
  const pods = await podNames();
  assert.deepEqual(await resolved(address, 53, 'who.test'), pods);
  assert.deepEqual(await resolved(address, 53, 'long.test'), pods);
});

test('a DNS client is answered over UDP at the node port of each node', async () => {
  const { nodePort } =
    (await portsOf('l4b-edge')).find(({ protocol }) => protocol === 'UDP') ?? assert.fail();
  for (const node of world.cluster.nodes)
    assert.deepEqual(await resolved(node.address, nodePort, 'who.test'), await podNames(), node.name);
});

test('the status lists the listener of each protocol with its usable endpoints', async () => {
  const text = await world.kubectl([
    'get',
    'l4balancer',
    'edge',
    '-o',
    'jsonpath={range .status.listeners[*]}{.protocol} {.port} {.readyEndpoints}{"\\n"}{end}',
  ]);
  assert.deepEqual(text.split('\n'), ['UDP 53 2', 'TCP 53 2']);
});

test('the session of one UDP client moves to another pod when its own is deleted, and goes on', async (t) => {
  const { client, answers } = started('steady', address, '53');
  const answering: string[] = [];
  createInterface(client.stderr as NodeJS.ReadableStream).on('line', (name) => answering.push(name));
  await until('the first answer', () => answering.length > 0, { withinMs: 10_000 });
  const names = await podNames();
  for (const name of names) {
    await world.kubectl(['delete', 'pod', name, '--wait=true']);
    await world.kubectl(['rollout', 'status', 'deployment/dns', '--timeout=60s']);
  }
  await until(`an answer from another pod than ${names}`, () => !names.includes(answering.at(-1) ?? ''), {
    withinMs: 10_000,
  });
  client.kill('SIGTERM');
  const all = await answers;
  const lost = all.filter(({ failure }) => failure !== undefined).length;
  const servers = new Set(all.flatMap(({ server: each }) => each ?? []));
  t.diagnostic(`${all.length} questions from one port to ${servers.size} servers, ${lost} lost`);
  assert.ok(servers.size > 1, 'its own pod was deleted');
  assert.ok(!names.includes(all.at(-1)?.server ?? ''), 'the last answer is from a pod that is there');
  // A question that was on its way to a pod that ends is lost, as it is without a balancer.
  assert.ok(lost <= 2 * names.length, `${lost} of ${all.length} questions lost`);
});

test('an ICMP check in a pod finds which of its endpoints answer', async () => {
  const [node] = world.cluster.nodes;
  const endpoints = [
    { address: node?.address ?? assert.fail('no node'), port: 1 },
    { address: NOBODY, port: 1 },
  ];
  await world.apply(
    JSON.stringify({
      apiVersion: 'l4balancer.dev/v1alpha1',
      kind: 'L4Balancer',
      metadata: { name: 'ping' },
      spec: {
        listeners: [{ name: 'any', port: 9000, backend: 'any' }],
        backends: [
          { name: 'any', endpoints, healthCheck: { type: 'ICMP', interval: '1s', timeout: '500ms' } },
        ],
        service: { type: 'ClusterIP' },
        workload: { replicas: 1, terminationGracePeriod: '5s', resources: SMALL },
        // Without it, a container runtime may forbid echo requests (containerd 1 does).
        tuning: { sysctls: [{ name: 'net.ipv4.ping_group_range', value: '0 2147483647' }] },
      },
    }),
  );
  const backend = '{.status.backends[0].endpoints} {.status.backends[0].ready}';
  const warnings = '{.status.conditions[?(@.type=="Warnings")].reason}';
  const seen = (): Promise<string> =>
    world.kubectl(['get', 'l4balancer', 'ping', '-o', `jsonpath=${backend} ${warnings}`]);
  await until(
    'one of two endpoints is ready',
    async () => ((await seen()) === '2 1 NoWarnings' ? true : undefined),
    within(90, seen),
  );
});

test('with separate protocols, each is served at the address of its own Service', async () => {
  await world.apply(balancer({ protocols: 'Separate' }));
  await world.ready('edge');
  const clusterIp = async (service: string): Promise<string> =>
    (await world.get('service', service))?.spec.clusterIP as string;
  assert.equal(await clusterIp('l4b-edge'), address, 'the first one keeps its address');
  const protocols = async (service: string) => (await portsOf(service)).map(({ protocol }) => protocol);
  assert.deepEqual([await protocols('l4b-edge'), await protocols('l4b-edge-udp')], [['TCP'], ['UDP']]);
  assert.deepEqual(await resolved(await clusterIp('l4b-edge-udp'), 53, 'who.test'), await podNames());
  await world.kubectl(['delete', 'l4balancer', 'ping', '--timeout=60s']);
  await world.removed('edge');
});
