import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import type { Program } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import { machineAddress, READY, startServing, writeStatus } from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
let port: number;

const TARGET = () => ['--kubeconfig', world.cp.kubeconfig, '-n', namespace];
const explain = (...args: readonly string[]) => run(['explain', 'edge', ...TARGET(), ...args]);

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  const [first, second, ...endpoints] = await freePorts(5);
  port = first;
  const addresses = endpoints.map((one) => ({ address: '127.0.0.1', port: one }));
  await world.apply(namespace, 'edge', {
    listeners: [
      { name: 'web', port: first, backend: 'hashed', sources: { deny: ['10.9.0.0/16'] } },
      {
        name: 'names',
        port: second,
        tls: {
          mode: 'Passthrough',
          routes: [{ hostnames: ['*.example.com'], alpn: ['h2'], backend: 'spread' }],
        },
      },
    ],
    backends: [
      { name: 'hashed', algorithm: 'SourceHash', endpoints: addresses },
      {
        name: 'spread',
        algorithm: 'RoundRobin',
        endpoints: addresses.map((one, at) => ({ ...one, weight: at + 1 })),
      },
    ],
  });
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
});

after(async () => {
  proxy?.child.kill('SIGKILL');
  await world?.close();
});

for (const way of [[], ['--direct']])
  test(`a real proxy says which endpoint a client gets, asked ${way.length === 0 ? 'through the API server' : 'directly'}`, async () => {
    const { out, err, exitCode } = await explain('--from', '203.0.113.9:4711', '--to', 'web', ...way);
    assert.equal(err, '');
    assert.match(
      out,
      /^203\.0\.113\.9:4711 → web: 127\.0\.0\.1:\d+\n {2}• Listener web takes it at port \d+\/TCP\./,
    );
    assert.match(out, /Its sources let 203\.0\.113\.9 in: no denied range contains it\./);
    assert.match(out, /picks by SourceHash, which leads this address to 127\.0\.0\.1:\d+/);
    assert.match(out, /If that cannot be reached, it tries 127\.0\.0\.1:\d+, then 127\.0\.0\.1:\d+\./);
    assert.equal(exitCode, 0);
  });

test('a client that its sources deny gets none, the range is named, and the exit code is 1', async () => {
  const { out, exitCode } = await explain('--from', '10.9.1.2', '--to', `${port}/TCP`);
  assert.match(out, /^10\.9\.1\.2 → web: refused, SourceDenied\n/);
  assert.match(out, /Its sources deny 10\.9\.1\.2: 10\.9\.0\.0\/16 contains it\./);
  assert.equal(exitCode, 1);
});

test('a name in TLS leads to a backend, whose endpoints are shown with their chances', async () => {
  const client = ['--from', 'fd00::1', '--to', 'names', '--alpn', 'h2'];
  const { out, exitCode } = await explain(...client, '--sni', 'a.example.com');
  assert.match(out, /→ names: one of 3 endpoints\n/);
  assert.match(
    out,
    /TLS names a\.example\.com and offers h2: the route for \*\.example\.com with h2 leads to backend spread\./,
  );
  assert.match(out, /ENDPOINT +CHANCE +STATE +OPEN +WHY\n +127\.0\.0\.1:\d+ +50% +Takes +0 +weight 3\n/);
  assert.equal(exitCode, 0);
  const other = await explain(...client, '--sni', 'other.test');
  assert.match(other.out, /refused, TlsNameUnknown\n/);
});

test('-o json has the answer of each replica', async () => {
  const { out } = await explain('--from', '192.0.2.1', '--to', 'web', '-o', 'json');
  const [{ pod, explanation }] = JSON.parse(out) as [{ pod: string; explanation: Record<string, unknown> }];
  assert.equal(pod, 'edge-1');
  assert.equal(explanation.outcome, 'Endpoint');
  assert.equal(explanation.client, '192.0.2.1');
});

for (const way of [[], ['--direct']])
  test(`a listener that there is not is refused with exit code 2, asked ${way.length === 0 ? 'through the API server' : 'directly'}`, async () => {
    const { err, exitCode } = await explain('--from', '192.0.2.1', '--to', 'nope', ...way);
    assert.match(err, /edge-1: Cannot explain: there is no listener nope; there are names, web\./);
    assert.equal(exitCode, 2);
  });

for (const width of [80, 200])
  test(`the answer fits into ${width} columns`, async () => {
    const argv = [
      'explain',
      'edge',
      ...TARGET(),
      '--from',
      '192.0.2.1',
      '--to',
      'names',
      '--sni',
      'a.example.com',
    ];
    const { out } = await run([...argv, '--alpn', 'h2'], {}, { width, colors: false });
    for (const line of out.split('\n')) assert.ok(line.length <= width, line);
  });

test('there are colours on a terminal only', async () => {
  const argv = ['explain', 'edge', ...TARGET(), '--from', '192.0.2.1', '--to', 'web'];
  assert.ok((await run(argv, {}, { width: 120, colors: true })).out.includes('\u001b['));
  assert.ok(!(await run(argv)).out.includes('\u001b'));
});

test('without a proxy that runs, the command says so, and the exit code is that of a failure', async () => {
  const empty = await world.newNamespace();
  await world.apply(empty, 'edge');
  const argv = ['explain', 'edge', '--kubeconfig', world.cp.kubeconfig, '-n', empty];
  const { err, exitCode } = await run([...argv, '--from', '192.0.2.1', '--to', 'web']);
  assert.match(err, /no proxy pod of edge runs; kubectl l4b why edge/);
  assert.equal(exitCode, 6);
});
