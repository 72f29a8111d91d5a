import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createWriter } from '../../kube/apply.ts';
import { blocksOfPage } from '../docs/page.ts';
import { kubeconfigFolder } from '../kube/kubeconfig-file.ts';
import { startWorld, type TestWorld } from '../operator/integration/world.ts';
import type { Program } from '../proxy/program.ts';
import { run } from './captured.ts';
import { machineAddress, READY, startServing, writeStatus } from './served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
const files = kubeconfigFolder();
const [USER, OPERATOR] = ['viewer', 'l4balancer-system'];

/** Runs a command with the rights that the page gives, and no others. */
const view = (...argv: readonly string[]) =>
  run([...argv, '--kubeconfig', world.cp.userKubeconfig(USER), '-n', namespace]);

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  await world.cp.createNamespace(OPERATOR);
  await world.apply(namespace, 'edge');
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
  await createWriter(world.transport, 'kubelet').create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'operator',
      namespace: OPERATOR,
      labels: { 'app.kubernetes.io/name': 'l4balancer-operator' },
    },
    spec: { containers: [{ name: 'operator', image: 'registry.example/operator:1' }] },
  });
  const [rights = ''] = blocksOfPage('cli.md', 'yaml').filter((body) => body.includes('rbac.authorization'));
  for (const where of [namespace, OPERATOR]) {
    await world.cp.run(['apply', '-n', where, '-f', '-'], rights);
    const binding = ['create', 'rolebinding', USER, '--role=l4balancer-viewer', `--user=${USER}`];
    await world.kubectl(...binding, '-n', where);
  }
  const everywhere = ['create', 'clusterrolebinding', USER, '--clusterrole=l4balancer-viewer'];
  await world.kubectl(...everywhere, `--user=${USER}`);
});

after(async () => {
  files.remove();
  proxy?.child.kill('SIGKILL');
  await world?.close();
});

test('with the rights of docs/cli.md, the balancers of all namespaces are listed', async () => {
  const { out, err, exitCode } = await view('status', '-A');
  assert.equal(err, '');
  assert.match(out, new RegExp(`^${namespace} +edge `, 'm'));
  assert.equal(exitCode, 0);
});

test('with the rights of docs/cli.md, a bundle lacks nothing, nodes and the operator’s log included', async () => {
  const { err, exitCode } = await view('bundle', 'edge', '-f', join(files.folder, 'edge.tar.gz'));
  assert.deepEqual({ err, exitCode }, { err: '', exitCode: 0 });
});

for (const argv of [
  ...['status', 'capacity', 'connections', 'top', 'log'].map((command) => [command, 'edge']),
  ['version', '-A'],
])
  test(`with the rights of docs/cli.md, ${argv.join(' ')} finds nothing that it may not read`, async () => {
    const { out, err, exitCode } = await view(...argv);
    assert.doesNotMatch(out + err, /forbidden|right to/);
    assert.equal(exitCode, 0);
  });

test('with the rights of docs/cli.md, nothing is unknown to why', async () => {
  const { out } = await view('why', 'edge', '-o', 'json');
  assert.deepEqual(JSON.parse(out).unknown, []);
});
