import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import type { L4BalancerSpec } from '../../../crds/l4balancer.ts';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { createWriter } from '../../../kube/apply.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import type { Program } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import { machineAddress, READY, startServing, writeStatus } from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
let port: number;
/** Each says its name and keeps the connection open until its client ends. */
let servers: { readonly name: string; readonly server: Server; readonly endpoint: string }[];
const sockets = new Set<Socket>();

const cli = (...args: readonly string[]) =>
  run([...args, '--kubeconfig', world.cp.kubeconfig, '-n', namespace, '--direct']);

const startServer = async (name: string) => {
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on('error', () => {})
      .on('end', () => socket.end())
      .resume();
    socket.write(name);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { name, server, endpoint: `127.0.0.1:${(server.address() as { port: number }).port}` };
};

/** A new client, and the server that it has reached. */
const dial = async (): Promise<{ readonly client: Socket; readonly reached: string }> => {
  const client = connect(port, '127.0.0.1');
  sockets.add(client);
  client.on('error', () => {});
  const [data] = (await once(client, 'data')) as [Buffer];
  return { client, reached: data.toString() };
};

const reachedBy = async (many: number): Promise<readonly string[]> => {
  const all = new Set<string>();
  for (let i = 0; i < many; i++) {
    const { client, reached } = await dial();
    client.destroy();
    all.add(reached);
  }
  return [...all].sort();
};

const drainedNow = async (): Promise<readonly string[]> => {
  const path = `/apis/l4balancer.dev/v1alpha1/namespaces/${namespace}/l4balancers/edge`;
  const { spec } = (await world.transport.request({ method: 'GET', path })) as { spec: L4BalancerSpec };
  return spec.backends.flatMap(({ drained = [] }) => drained);
};

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  servers = [await startServer('a'), await startServer('b')];
  port = await freePort();
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        endpoints: servers.map(({ endpoint }) => ({
          address: '127.0.0.1',
          port: Number(endpoint.split(':')[1]),
        })),
      },
    ],
  });
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
});

beforeEach(async () => {
  await cli('undrain', 'edge', '--all');
});

after(async () => {
  for (const socket of sockets) socket.destroy();
  proxy?.child.kill('SIGKILL');
  for (const { server } of servers ?? []) server.close();
  await world?.close();
});

test('a drained endpoint gets no new clients as soon as the command has ended, and new ones once it is undrained', async () => {
  const [first] = servers;
  const { out, err, exitCode } = await cli('drain', 'edge', String(first?.endpoint));
  assert.match(out, /^Backend web: 127\.0\.0\.1:\d+ takes no new connections\.\n1 of 1 replica serves it, /);
  assert.match(
    err,
    /writes spec\.backends, too, and may undo this: put backends\[\]\.drained into its source/,
  );
  assert.equal(exitCode, 0);
  assert.deepEqual(await reachedBy(8), ['b']);
  const undrained = await cli('undrain', 'edge', '127.0.0.1');
  assert.match(undrained.out, /takes new connections again\.\n1 of 1 replica serves it/);
  assert.equal(undrained.exitCode, 0);
  assert.deepEqual(await reachedBy(8), ['a', 'b']);
  assert.deepEqual(await drainedNow(), []);
});

test('with --wait the command ends with the last connection, and says how many are left', async () => {
  const { client, reached } = await dial();
  const { endpoint } = servers.find(({ name }) => name === reached) ?? assert.fail(reached);
  const waited = await cli('drain', 'edge', endpoint, '--wait', '--timeout', '2');
  assert.match(waited.err, /1 of 1 replica serves it, 1 connection open/);
  assert.equal(waited.exitCode, 1, waited.out);
  const waiting = cli('drain', 'edge', endpoint, '--wait', '--timeout', '60');
  client.end();
  const { out, exitCode } = await waiting;
  assert.match(out, /1 of 1 replica serves it, 0 connections open\.\n$/);
  assert.equal(exitCode, 0);
});

test('entries of others stay, and undrain says that it cannot remove them', async () => {
  const [, second] = servers;
  const entry = String(second?.endpoint);
  await createWriter(world.transport, 'flux').apply({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'edge', namespace },
    spec: { backends: [{ name: 'web', drained: [entry] }] },
  } as Parameters<ReturnType<typeof createWriter>['apply']>[0]);
  await cli('drain', 'edge', String(servers[0]?.endpoint));
  assert.equal((await drainedNow()).length, 2);
  const { out, exitCode } = await cli('undrain', 'edge', '--all');
  assert.match(out, /127\.0\.0\.1:\d+ is still drained: not by this command, so remove it where it was/);
  assert.equal(exitCode, 1);
  assert.deepEqual(await drainedNow(), [entry]);
  await createWriter(world.transport, 'flux').apply({
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'edge', namespace },
  });
});

const BAD: readonly { readonly args: readonly string[]; readonly says: RegExp; readonly code: number }[] = [
  { args: ['drain', 'edge'], says: /^Name the endpoints: addresses/, code: 2 },
  { args: ['undrain', 'edge'], says: /or pod\/NAME, or --all/, code: 2 },
  { args: ['drain', 'edge', 'web-1'], says: /"web-1" is not an endpoint: write an IP address/, code: 2 },
  {
    args: ['drain', 'edge', '192.0.2.77:80'],
    says: /^edge has no endpoint 192\.0\.2\.77:80; it has 127\.0\.0\.1:\d+, 127\.0\.0\.1:\d+\n$/,
    code: 2,
  },
  {
    args: ['drain', 'edge', '127.0.0.1', '--backend', 'no'],
    says: /edge has no backend no; it has web/,
    code: 2,
  },
  {
    args: ['undrain', 'edge', '127.0.0.1:1'],
    says: /edge does not drain 127\.0\.0\.1:1; it drains nothing/,
    code: 2,
  },
  { args: ['drain', 'edge', 'pod/none'], says: /Cannot read the pod .*pods "none" not found/, code: 4 },
  {
    args: ['drain', 'none', '127.0.0.1'],
    says: /^There is no L4Balancer none in namespace \S+; it has edge$/m,
    code: 4,
  },
];
for (const { args, says, code } of BAD)
  test(`${args.join(' ')} changes nothing and says why`, async () => {
    const { err, exitCode } = await cli(...args);
    assert.match(err.replace(/\n(?!$)/g, ' '), says);
    assert.equal(exitCode, code);
    assert.deepEqual(await drainedNow(), []);
  });
