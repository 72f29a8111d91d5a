import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { spec } from '../../crds/l4balancer.ts';
import { role } from '../../operator/desired/role.ts';
import { roleBinding } from '../../operator/desired/role-binding.ts';
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

test('the operator’s rights let it write the proxies’ Roles, and no other Role', async () => {
  const objects = (await render()).filter(({ kind }) => /^ClusterRole/.test(kind));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await cluster.run(['apply', '-f', '-'], list);
  const endpoints = [{ address: '192.0.2.1', port: 80 }];
  const listeners = [{ name: 'http', port: 80, backend: 'web' }];
  const owner = {
    name: 'edge',
    namespace: 'default',
    uid: '6a5c6f9e-0000-4000-8000-000000000000',
    spec: spec.parse({ listeners, backends: [{ name: 'web', endpoints }] }),
  };
  const asOperator = (object: object) => {
    const argv = ['apply', '--server-side', `--as=system:serviceaccount:${NAMESPACE}:${RELEASE}`, '-f', '-'];
    return cluster.run(argv, JSON.stringify(object));
  };
  await asOperator(role(owner));
  await asOperator(roleBinding(owner));
  const greedy = { ...role(owner), rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] };
  await assert.rejects(asOperator(greedy), /attempting to grant RBAC permissions not currently held/);
  await cluster.run(['delete', '-f', '-'], list);
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
