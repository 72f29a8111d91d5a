import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { Joined } from '../../../cli/connections/join.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import type { Program } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import { machineAddress, READY, startServing, writeStatus } from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
const clients: Socket[] = [];
/** Sends back what it gets. */
const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));

const TARGET = () => ['--kubeconfig', world.cp.kubeconfig, '-n', namespace];
const list = (...args: readonly string[]) => run(['connections', 'edge', ...TARGET(), ...args]);

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = await freePort();
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [
      {
        name: 'web',
        endpoints: [{ address: '127.0.0.1', port: (server.address() as { port: number }).port }],
      },
    ],
  });
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
  for (const localAddress of ['127.0.0.11', '127.0.0.12']) {
    const client = connect({ port, host: '127.0.0.1', localAddress });
    clients.push(client);
    client.on('error', () => {});
    await once(client, 'connect');
    client.write(Buffer.alloc(2048));
    await once(client, 'data');
  }
});

after(async () => {
  for (const client of clients) client.destroy();
  proxy?.child.kill('SIGKILL');
  server.close();
  await world?.close();
});

for (const way of [[], ['--direct']])
  test(`open connections are those of a real proxy, asked ${way.length === 0 ? 'through the API server' : 'directly'}`, async () => {
    const { out, err, exitCode } = await list(...way);
    assert.equal(err, '');
    assert.match(
      out,
      /^CLIENT +LISTENER +ENDPOINT +PHASE +AGE +IDLE +IN +OUT\n127\.0\.0\.11:\d+ +web +127\.0\.0\.1:\d+ +Relaying +\d+s +\d+s +2\.0 KiB +2\.0 KiB\n127\.0\.0\.12:/,
    );
    assert.equal(exitCode, 0);
  });

test('filters select, and a limit says how many there are besides', async () => {
  const only = await list('--client', '127.0.0.12/32', '--listener', 'web', '--backend', 'web');
  assert.match(only.out, /127\.0\.0\.12:/);
  assert.ok(!only.out.includes('127.0.0.11:'));
  assert.match((await list('--limit', '1')).out, /\n… 1 of 2 connections: --limit shows more/);
  assert.match((await list('--older-than', '99h')).out, /^No such connection is open\.\n$/);
});

test('-o json has all that is known of each connection, and its pod', async () => {
  const { out } = await list('-o', 'json', '--sort', 'bytes');
  const { rows, matched } = JSON.parse(out) as Joined;
  assert.equal(matched, 2);
  assert.equal(rows[0]?.pod, 'edge-1');
  assert.equal(rows[0]?.receivedBytes, 2048);
});

test('what the proxy refuses is an error in the arguments', async () => {
  const { err, exitCode } = await list('--client', '10.1.2.3/8');
  assert.match(err, /edge-1: Cannot list connections: client=10\.1\.2\.3\/8: .*bits beyond its prefix/s);
  assert.equal(exitCode, 2);
});

for (const width of [80, 200])
  test(`the list fits into ${width} columns`, async () => {
    const { out } = await run(['connections', 'edge', ...TARGET()], {}, { width, colors: false });
    assert.match(out, /CLIENT/);
    for (const line of out.split('\n')) assert.ok(line.length <= width, line);
  });

test('there are colours on a terminal only', async () => {
  const argv = ['connections', 'edge', ...TARGET()];
  assert.ok((await run(argv, {}, { width: 120, colors: true })).out.includes('\u001b['));
  assert.ok(!(await run(argv)).out.includes('\u001b'));
});

test('without a proxy that runs, the command says so, and the exit code is that of a failure', async () => {
  const empty = await world.newNamespace();
  await world.apply(empty, 'edge');
  const { err, exitCode } = await run([
    'connections',
    'edge',
    '--kubeconfig',
    world.cp.kubeconfig,
    '-n',
    empty,
  ]);
  assert.match(err, /no proxy pod of edge runs; kubectl l4b why edge/);
  assert.equal(exitCode, 6);
});
