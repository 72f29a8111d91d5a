import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Picture } from '../../../cli/picture/picture.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { kubeconfigFolder } from '../../kube/kubeconfig-file.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import { balancer } from '../../operator/owner.ts';
import type { Program } from '../../proxy/program.ts';
import { type Captured, run } from '../captured.ts';
import {
  condition,
  createBalancers,
  createPod,
  machineAddress,
  READY,
  startServing,
  writeStatus,
} from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
let kubeconfig: string;
const files = kubeconfigFolder();
const server = createServer((socket) => socket.on('error', () => {}).resume());
const [address, ports] = ['127.0.0.1', { listener: 0, good: 0, dead: 0 }];

const cli = (...args: readonly string[]): Promise<Captured> =>
  run([...args, '--kubeconfig', kubeconfig, '-n', namespace]);

before(async () => {
  world = await startWorld();
  kubeconfig = world.cp.kubeconfig;
  namespace = await world.newNamespace();
  server.listen(0, address);
  await once(server, 'listening');
  ports.good = (server.address() as { port: number }).port;
  [ports.listener, ports.dead] = [await freePort(), await freePort()];
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port: ports.listener, backend: 'web' }],
    backends: [
      {
        name: 'web',
        endpoints: [
          { address, port: ports.good },
          { address, port: ports.dead },
        ],
        healthCheck: { type: 'TCP', interval: '500ms', timeout: '400ms', unhealthyThreshold: 1 },
      },
    ],
  });
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
});

after(async () => {
  files.remove();
  proxy?.child.kill('SIGKILL');
  server.close();
  await world?.close();
});

/** The picture once the proxy has found the endpoint dead on which nothing listens. */
const picture = async (...args: readonly string[]): Promise<Picture> => {
  let seen: Picture | undefined;
  await world.eventually('an endpoint that is out', async () => {
    seen = JSON.parse((await cli('status', 'edge', '-o', 'json', ...args)).out) as Picture;
    return seen.backends[0]?.endpoints[0]?.state === 'Out';
  });
  return seen ?? assert.fail('no picture');
};

for (const [way, args] of [
  ['through the API server', []],
  ['at the addresses of their pods', ['--direct']],
] as const)
  test(`proxies are asked ${way}, and say why an endpoint is out and how many connections are open`, async () => {
    const client = connect(ports.listener, address);
    await once(client, 'connect');
    try {
      const { listeners, backends, replicas } = await picture(...args);
      assert.equal(listeners[0]?.open, 1);
      assert.equal(listeners[0]?.usable, 1);
      assert.equal(typeof listeners[0]?.newPerSecond, 'number');
      const [dead, good] = backends[0]?.endpoints ?? [];
      assert.equal(dead?.port, ports.dead);
      assert.match(dead?.reasons.join() ?? '', /refused/i);
      assert.equal(good?.state, 'Healthy');
      assert.equal(good?.open, 1);
      assert.equal(replicas[0]?.serves, 'generation/1');
    } finally {
      client.destroy();
    }
  });

test('errors are counted by reason, as the proxy counts them', async () => {
  const client = connect(ports.listener, address);
  await once(client, 'connect');
  client.resetAndDestroy();
  await world.eventually('the reset to be counted', async () => {
    const { ends } = JSON.parse((await cli('status', 'edge', '-o', 'json')).out) as Picture;
    return ends.some(
      ({ listener, reason, total }) => listener === 'web' && reason === 'ClientReset' && total === 1,
    );
  });
  assert.match((await cli('status', 'edge')).out, /^ENDED {2}.*ClientReset 1\b/m);
});

test('the capacity of a real proxy has its descriptors', async () => {
  const { out, exitCode } = await cli('capacity', 'edge');
  assert.match(out, /^edge-1 +1 +\d+ +\d+ +[\d,]+ /m);
  assert.equal(exitCode, 0);
});

test('without a proxy that runs, capacity says so, and the exit code is that of a failure', async () => {
  const empty = await world.newNamespace();
  await world.apply(empty, 'edge');
  for (const way of [[], ['-o', 'json']]) {
    const { err, out, exitCode } = await run([
      ...['capacity', 'edge', '--kubeconfig', kubeconfig, '-n', empty],
      ...way,
    ]);
    assert.match(err, /^Cannot show the capacity of edge: no proxy pod runs; kubectl l4b why edge\n$/);
    assert.deepEqual({ out, exitCode }, { out: '', exitCode: 6 });
  }
});

test('one screen shows listeners, endpoints and replicas, and the exit code is 0', async () => {
  const { out, exitCode, err } = await cli('status', 'edge');
  assert.equal(err, '');
  assert.match(out, new RegExp(`^${namespace}/edge {3}Ready, Available for \\d+`));
  assert.match(out, new RegExp(`^web +${ports.listener}/TCP +web +1/2 +\\d+ +[\\d.]+`, 'm'));
  assert.match(out, new RegExp(`^ {2}127\\.0\\.0\\.1:${ports.dead} +Out `, 'm'));
  assert.match(out, /^edge-1 .*Ready +generation\/1 /m);
  assert.equal(exitCode, 0);
});

test('a user without the right to ask proxies sees the rest, and which right is missing', async () => {
  const user = 'viewer';
  const login = world.cp.userKubeconfig(user);
  const role = ['--verb=get,list', '--resource=l4balancers.l4balancer.dev,pods'];
  await world.kubectl('create', 'role', user, ...role, '-n', namespace);
  await world.kubectl('create', 'rolebinding', user, `--role=${user}`, `--user=${user}`, '-n', namespace);
  const { out, exitCode } = await run(['status', 'edge', '--kubeconfig', login, '-n', namespace]);
  assert.match(out, /The proxies were not asked: you lack the right to get pods\/proxy/);
  assert.match(out, /^edge-1 +Ready|^edge-1 /m);
  assert.equal(exitCode, 0);
  const capacity = await run(['capacity', 'edge', '--kubeconfig', login, '-n', namespace]);
  assert.match(capacity.err, /^Cannot show the capacity of edge: you lack the right to get pods\/proxy/);
  assert.deepEqual([capacity.out, capacity.exitCode], ['', 3]);
});

test('a user without any right is told which one is missing, and the exit code is 3', async () => {
  const login = world.cp.userKubeconfig('nobody');
  const { err, out, exitCode } = await run(['status', '--kubeconfig', login, '-n', namespace]);
  assert.match(err, /^Cannot list the L4Balancers in namespace .*cannot list resource "l4balancers"/);
  assert.deepEqual({ out, exitCode }, { out: '', exitCode: 3 });
});

test('a name that does not exist is answered by those that do, and the exit code is 4', async () => {
  const { err, exitCode } = await cli('status', 'egde');
  assert.equal(err, `There is no L4Balancer egde in namespace ${namespace}; it has edge\n`);
  assert.equal(exitCode, 4);
});

test('an API server that does not answer is named, and the exit code is 5', async () => {
  const port = await freePort();
  const nowhere = files.kubeconfig({ cluster: { server: `https://127.0.0.1:${port}` } });
  const gone = await run(['status', '--kubeconfig', nowhere]);
  assert.match(gone.err, new RegExp(`no answer from the API server at https://127.0.0.1:${port}`));
  assert.equal(gone.exitCode, 5);
});

test('a balancer that is not Ready makes the exit code 1, and its pods say why they do not run', async () => {
  const other = await world.newNamespace();
  await world.apply(other, 'edge');
  await writeStatus(world, other, 'edge', {
    conditions: [condition('Ready', 'False', 'ImagePullFailed', 'Node n1 cannot pull it.')],
    observedGeneration: 1,
  });
  await createPod(world, other, 'edge-1', 9901, {
    phase: 'Pending',
    containerStatuses: [
      {
        name: 'proxy',
        image: 'x',
        imageID: '',
        ready: false,
        restartCount: 0,
        state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } },
      },
    ],
  });
  const one = await run(['status', 'edge', '--kubeconfig', kubeconfig, '-n', other]);
  assert.match(one.out, /✗ ImagePullFailed: Node n1 cannot pull it\./);
  assert.match(one.out, /^edge-1 .*NotReady.*ImagePullBackOff: no such image$/m);
  assert.equal(one.exitCode, 1);
  const all = await run(['status', '-A', '--kubeconfig', kubeconfig]);
  assert.match(all.out, /^NAMESPACE +NAME +READY +REASON /);
  assert.match(all.out, new RegExp(`^${other} +edge +False +ImagePullFailed`, 'm'));
  assert.match(all.out, new RegExp(`^${namespace} +edge +True +Available`, 'm'));
  assert.equal(all.exitCode, 1);
});

test('a name together with -A is refused with exit code 2, since names are those of a namespace', async () => {
  const { err, out, exitCode } = await cli('status', 'edge', '-A');
  assert.match(err, /^Name a balancer or -A, not both: .* -n chooses\n$/);
  assert.deepEqual({ out, exitCode }, { out: '', exitCode: 2 });
});

test('an empty namespace is said to be empty', async () => {
  const { out, exitCode } = await run(['status', '--kubeconfig', kubeconfig, '-n', 'default']);
  assert.equal(out, 'There is no L4Balancer in namespace default; -A lists those of all\n');
  assert.equal(exitCode, 0);
});

test('a bundle has the resource, its pods, and the pages of its proxies, and no secret', async () => {
  await world.kubectl('create', 'secret', 'generic', 'edge', '--from-literal=key=sesame-1', '-n', namespace);
  await world.kubectl('annotate', 'l4b', 'edge', 'example.com/note=password=sesame-2', '-n', namespace);
  const archive = join(files.folder, 'edge.tar.gz');
  const { out, err, exitCode } = await cli('bundle', 'edge', '-f', archive);
  assert.match(out, /edge\.tar\.gz: \d+ files, .*; look through it before you pass it on\n$/);
  assert.deepEqual({ exitCode, err }, { exitCode: 0, err: '' });
  const listed = execFileSync('tar', ['-xzvf', archive, '-C', files.folder], { encoding: 'utf8' });
  const paths = listed.trimEnd().split('\n');
  const read = (file: string): string => {
    const path = paths.find((one) => one.endsWith(`/${file}`)) ?? assert.fail(`${file} is not in ${listed}`);
    return readFileSync(join(files.folder, path), 'utf8');
  };
  assert.match(read('README.txt'), /read on .* by kubectl-l4b .* from Kubernetes v1\.\d+/);
  assert.match(read('l4balancer.yaml'), /example\.com\/note: password=\(left out\)/);
  assert.match(read('objects/pods.yaml'), /name: edge-1/);
  assert.equal(JSON.parse(read('proxies/edge-1/status.json')).revision, 'generation/1');
  assert.match(read('proxies/edge-1/metrics.txt'), /^l4balancer_/m);
  assert.ok(!gunzipSync(readFileSync(archive)).includes('sesame'));
  const again = await cli('bundle', 'edge', '-f', archive);
  assert.match(again.err, /^Cannot write .*edge\.tar\.gz: it exists already; name another one\n$/);
  assert.equal(again.exitCode, 2);
  assert.equal((await cli('bundle', 'egde', '-f', `${archive}2`)).exitCode, 4);
  const login = ['--kubeconfig', world.cp.userKubeconfig('viewer'), '-n', namespace];
  const partial = await run(['bundle', 'edge', '-f', `${archive}3`, ...login]);
  assert.match(partial.err, /^! Cannot read the Nodes: .*cannot list resource "nodes"/m);
  assert.match(partial.err, /^! Cannot read \/status of edge-1: .*pods\/proxy/m);
  assert.equal(partial.exitCode, 1);
});

test('diff compares a manifest with what the cluster has', async () => {
  const other = await world.newNamespace();
  await world.apply(other, 'edge');
  const manifest = (spec: object) =>
    files.write(JSON.stringify({ ...balancer(spec), metadata: { name: 'edge', namespace: other } }));
  const diff = (spec: object, login = kubeconfig) => run(['diff', manifest(spec), '--kubeconfig', login]);
  assert.deepEqual(await diff({}), { exitCode: 0, out: `${other}/edge: Nothing changes.\n`, err: '' });
  const restarts = await diff({ tuning: { profile: 'Tuned' } });
  assert.match(restarts.out, /^\S+: All pods restart\.\n\n✗ Pods: Every pod is replaced/);
  assert.equal(restarts.exitCode, 1);
  await world.kubectl('delete', 'l4balancer', 'edge', '-n', other);
  const created = await diff({});
  assert.match(created.out, new RegExp(`^${other}/edge: new; it creates .*Deployment l4b-edge`));
  assert.equal(created.exitCode, 0);
  const refused = await diff({}, world.cp.userKubeconfig('nobody'));
  assert.match(refused.err, /^Cannot read the L4Balancer .*cannot get resource "l4balancers"/);
  assert.equal(refused.exitCode, 3);
});

test('status -w shows each change, tells what fails meanwhile, and ends by Ctrl-C', async () => {
  const other = await world.newNamespace();
  await world.apply(other, 'edge');
  await writeStatus(world, other, 'edge', { ...READY, observedGeneration: 1 });
  const main = join(import.meta.dirname, '..', '..', '..', 'bin', 'kubectl-l4b.js');
  const args = ['status', 'edge', '-w', '--kubeconfig', kubeconfig, '-n', other];
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
    });
    const shows = (what: RegExp) => world.eventually(`${what}`, async () => what.test(shown));
    await shows(/edge {3}Ready, Available/);
    await writeStatus(world, other, 'edge', {
      conditions: [condition('Ready', 'False', 'QuotaExceeded', 'No pods are left.')],
      observedGeneration: 1,
    });
    await shows(/✗ QuotaExceeded: No pods are left\./);
    await world.kubectl('delete', 'l4balancer', 'edge', '-n', other);
    await shows(/^There is no L4Balancer edge in namespace .*; trying again$/m);
    await world.apply(other, 'edge');
    await shows(/trying again\n\n.*edge {3}/s);
    child.kill('SIGINT');
    assert.deepEqual(await once(child, 'exit'), [null, 'SIGINT']);
  } finally {
    child.kill('SIGKILL');
  }
});

test('two hundred balancers are listed with as many requests as one', async () => {
  const many = await world.newNamespace();
  await createBalancers(world, many, 200);
  const before = world.requests('admin').length;
  const { out } = await run(['status', '--kubeconfig', kubeconfig, '-n', many]);
  assert.equal(out.trimEnd().split('\n').length, 201);
  const requests = world.requests('admin').slice(before);
  assert.ok(requests.length <= 5, JSON.stringify(requests));
});
