import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createWriter } from '../../../kube/apply.ts';
import { VERSION } from '../../../program/version.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { kubeconfigFolder } from '../../kube/kubeconfig-file.ts';
import { startWorld, type TestWorld } from '../../operator/integration/world.ts';
import type { Program } from '../../proxy/program.ts';
import { run } from '../captured.ts';
import { machineAddress, READY, startServing, writeStatus } from '../served-balancer.ts';

let world: TestWorld;
let namespace: string;
let proxy: Program;
const files = kubeconfigFolder();

before(async () => {
  world = await startWorld();
  namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  await writeStatus(world, namespace, 'edge', { ...READY, observedGeneration: 1 });
  proxy = await startServing(world, namespace, 'edge-1', machineAddress());
  const labels = { 'app.kubernetes.io/name': 'l4balancer-operator', 'app.kubernetes.io/version': '9.9.9' };
  await createWriter(world.transport, 'user').create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'operator', namespace: await world.newNamespace(), labels },
    spec: { containers: [{ name: 'operator', image: 'registry.example/operator:9.9.9' }] },
  });
});

after(async () => {
  files.remove();
  proxy?.child.kill('SIGKILL');
  await world?.close();
});

const version = (kubeconfig: string, ...args: readonly string[]) =>
  run(['version', '--kubeconfig', kubeconfig, '-n', namespace, ...args]);

test('the versions of all parts are found in a cluster, and that they differ is told', async () => {
  const { out, err, exitCode } = await version(world.cp.kubeconfig);
  assert.deepEqual({ err, exitCode }, { err: '', exitCode: 0 });
  const rows = out.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
  assert.equal(rows[1], `kubectl-l4b | ${VERSION} | this command`);
  assert.equal(rows[2], 'operator | 9.9.9 | 1 pod');
  assert.equal(rows[3], 'definition | v1alpha1 | as this command has it');
  assert.equal(rows[4], `proxies | ${VERSION} | 1 pod in namespace ${namespace}`);
  assert.match(rows[5] ?? '', /^Kubernetes \| v1\.\d+\.\S+ \| the API server$/);
  assert.match(out, /^! The operator is 9\.9\.9: render, diff/m);
  assert.match(out, /^! 1 proxy pod of another version than the operator/m);
  const all = JSON.parse((await version(world.cp.kubeconfig, '-A', '-o', 'json')).out);
  assert.deepEqual(all.proxies.value, [{ version: VERSION, pods: 1 }]);
  assert.equal(all.skew.length, 2);
});

test('a user without any right still sees what everybody may see, and which rights are missing', async () => {
  const { out, exitCode } = await version(world.cp.userKubeconfig('nobody'));
  assert.match(out, /^operator +– +you lack the right to list pods in all namespaces$/m);
  assert.match(out, /^definition +v1alpha1 +as this command has it$/m);
  assert.match(out, /^proxies +– +you lack the right to list pods in namespace test-\d+$/m);
  assert.equal(exitCode, 0);
});

test('without a cluster the command says its own version, and the exit code what is missing', async () => {
  const server = `https://127.0.0.1:${await freePort()}`;
  const gone = await version(files.kubeconfig({ cluster: { server } }));
  assert.equal(gone.out, `kubectl-l4b ${VERSION}\n`);
  assert.match(gone.err, /no answer from the API server/);
  assert.equal(gone.exitCode, 5);
  assert.deepEqual(await run(['version', '--client']), {
    out: `kubectl-l4b ${VERSION}\n`,
    err: '',
    exitCode: 0,
  });
});

test('a cluster without L4Balancer is said to have none', async () => {
  await world.kubectl('delete', 'crd', 'l4balancers.l4balancer.dev');
  await world.eventually('the API server to forget the definition', async () =>
    /^definition +– +not installed in this cluster$/m.test((await version(world.cp.kubeconfig)).out),
  );
});
