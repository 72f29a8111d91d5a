import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { REPOSITORY } from '../../scripts/process/folders.ts';
import { type ControlPlane, startControlPlane } from '../cluster/control-plane.ts';
import { CHART, helm, NAMESPACE, one, RELEASE, render } from './render.ts';

const CRD = 'crd/l4balancers.l4balancer.dev';
let cluster: ControlPlane;

before(async () => {
  cluster = await startControlPlane();
});
after(() => cluster.stop());

test('a real API server takes every object of install.yaml, whole', async () => {
  const install = readFileSync(join(REPOSITORY, 'install.yaml'), 'utf8');
  await cluster.run(['apply', '--server-side', '--validate=strict', '-f', '-'], install);
  await cluster.run(['wait', '--for=condition=Established', CRD, '--timeout=30s']);
  const labels = await cluster.run(['get', 'namespace', NAMESPACE, '-o', 'jsonpath={.metadata.labels}']);
  assert.match(labels, /"pod-security.kubernetes.io\/enforce":"restricted"/);
  await cluster.run(['delete', '-f', '-', '--wait=false'], install);
  await cluster.run(['wait', '--for=delete', CRD, '--timeout=30s']);
});

test('the operator’s pod passes Pod Security restricted', async () => {
  const { spec } = one(
    await render('serviceAccount.create=false', 'serviceAccount.name=default'),
    'Deployment',
  );
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
  await cluster.run(['apply', '-f', '-'], JSON.stringify(namespace));
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'strict' },
  };
  await cluster.run(['apply', '-f', '-'], JSON.stringify(account));
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'strict' },
    spec: spec?.template.spec,
  };
  await cluster.run(['create', '--dry-run=server', '-f', '-'], JSON.stringify(pod));
});

test('helm installs the chart, installs it again without a change, and leaves the definition when it goes', async () => {
  const use = (...argv: readonly string[]) => helm([...argv, '--namespace', 'by-helm'], cluster.kubeconfig);
  const upgrade = ['upgrade', '--install', RELEASE, CHART, '--create-namespace'];
  assert.match(await use(...upgrade), /The L4Balancer operator is installed in namespace by-helm/);
  const version = () => cluster.run(['get', CRD, '-o', 'jsonpath={.metadata.generation}']);
  const before = await version();
  await use(...upgrade);
  assert.equal(await version(), before);
  await use('uninstall', RELEASE);
  assert.equal(await version(), before, 'the definition is still there');
  await assert.rejects(cluster.run(['-n', 'by-helm', 'get', 'deployment', RELEASE]), /NotFound/);
});
