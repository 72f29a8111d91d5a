import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { Traffic } from '../../../cli/top/traffic.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import type { Program } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import { createPod, machineAddress, READY, startServing, writeStatus } from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
let client: Socket;
/** Sends back what it gets. */
const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));

interface Document {
  readonly rows: readonly Traffic[];
  readonly problems: readonly string[];
}

const top = (...args: readonly string[]) =>
  run(['top', 'edge', '--kubeconfig', world.cp.kubeconfig, '-n', namespace, ...args]);

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const listener = await freePort();
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port: listener, backend: 'web' }],
    backends: [
      {
        name: 'web',
        endpoints: [{ address: '127.0.0.1', port: (server.address() as { port: number }).port }],
      },
    ],
  });
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
  client = connect(listener, '127.0.0.1');
  await once(client, 'connect');
  // Traffic until the end: each chunk that comes back is sent again.
  client.on('data', (chunk) => client.write(chunk));
  client.on('error', () => {});
  client.write(Buffer.alloc(16 * 1024));
});

after(async () => {
  client?.destroy();
  proxy?.child.kill('SIGKILL');
  server.close();
  await world?.close();
});

for (const by of ['listener', 'backend', 'endpoint'])
  for (const way of [[], ['--direct']])
    test(`bytes by ${by} are those of a real proxy, asked ${way.length === 0 ? 'through the API server' : 'directly'}`, async () => {
      const { out, exitCode, err } = await top('--by', by, '-o', 'json', ...way);
      assert.equal(err, '');
      const { rows, problems } = JSON.parse(out) as Document;
      const [busiest] = rows;
      assert.deepEqual(problems, []);
      assert.match(busiest?.name ?? '', /^web/);
      assert.equal(busiest?.open, 1);
      assert.ok((busiest?.inPerSecond ?? 0) > 1024, out);
      assert.ok((busiest?.outPerSecond ?? 0) > 1024, out);
      assert.equal(exitCode, 0);
    });

test('a table has units', async () => {
  const { out } = await top();
  assert.match(
    out,
    /^LISTENER +OPEN +NEW\/S +IN +OUT +TOTAL\nweb +1 +[\d.]+ +[\d.]+ [KMG]iB\/s +[\d.]+ [KMG]iB\/s +1\n$/,
  );
});

test('without limits by source, top says where sources come from', async () => {
  const { out } = await top('--by', 'source');
  assert.match(out, /^No listener follows its sources/);
});

test('without a proxy that answers, top says why, and the exit code is that of a failure', async () => {
  const empty = await world.newNamespace();
  await world.apply(empty, 'edge');
  const { err, exitCode } = await run(['top', 'edge', '--kubeconfig', world.cp.kubeconfig, '-n', empty]);
  assert.match(err, /no proxy pod runs; kubectl l4b why edge/);
  assert.equal(exitCode, 6);
});

test('a replica whose figures are missing in the sums is named', async () => {
  const silent = { phase: 'Running', podIP: machineAddress(), podIPs: [{ ip: machineAddress() }] };
  await createPod(world, namespace, 'edge-2', await freePort(), silent);
  for (const by of ['listener', 'source']) {
    const { out, exitCode } = await top('--by', by);
    assert.match(out, /^! No answer from edge-2; kubectl l4b why edge$/m);
    assert.equal(exitCode, 0);
    const { problems } = JSON.parse((await top('--by', by, '-o', 'json')).out) as Document;
    assert.deepEqual(problems, ['No answer from edge-2; kubectl l4b why edge']);
  }
});
