import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { untilServed } from '../../cluster/control-plane/definition.ts';
import { spec } from '../../crds/l4balancer.ts';
import { children } from '../../operator/desired/children.ts';
import { role } from '../../operator/desired/role.ts';
import { roleBinding } from '../../operator/desired/role-binding.ts';
import { WATCHED_KINDS } from '../../operator/watch/kinds.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { CHART, helm, NAMESPACE, one, RELEASE, render } from './render.ts';

const CRD = 'crd/l4balancers.l4balancer.dev';
const edge = {
  name: 'edge',
  namespace: 'default',
  uid: '6a5c6f9e-0000-4000-8000-000000000000',
  spec: spec.parse({
    listeners: [{ name: 'http', port: 80, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 80 }] }],
  }),
};
let cluster: ControlPlane;

before(async () => {
  cluster = await startControlPlane();
});
after(() => cluster.stop());

test('a real API server accepts every object of install.yaml without dropping a field', async () => {
  const install = readFileSync(join(REPOSITORY, 'install.yaml'), 'utf8');
  await cluster.run(['apply', '--server-side', '--validate=strict', '-f', '-'], install);
  await untilServed(cluster);
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

test('the operator may watch and write every kind of child, and delete those that are optional', async () => {
  const { rules = [] } = one(await render(), 'ClusterRole');
  const owner = (more: object) => ({ ...edge, spec: spec.parse({ ...edge.spec, ...more }) });
  const settings = { proxyImage: 'proxy', pullPolicy: 'Never', kubelet: { major: 1, minor: 34 } } as const;
  const kinds = (more: object) =>
    children(owner(more), settings).flatMap(({ kind, wanted }) => (wanted === undefined ? [] : [kind]));
  const most = kinds({
    workload: { autoscaling: { maxReplicas: 3 } },
    networkPolicy: { enabled: true },
    monitoring: { podMonitor: true },
  });
  const least = new Set(kinds({ workload: { kind: 'DaemonSet' }, service: { type: 'None' } }));
  const resourceOf = (kind: string) => `${kind.toLowerCase()}s`.replace(/ys$/, 'ies');
  for (const kind of [...most, 'DaemonSet']) {
    const resource = resourceOf(kind);
    const verbs = rules.find(({ resources }) => resources.includes(resource))?.verbs ?? [];
    const deleted = least.has(kind) && kind !== 'DaemonSet' ? [] : ['delete'];
    assert.deepEqual(verbs, ['get', 'list', 'watch', 'create', 'patch', ...deleted], resource);
  }
  for (const kind of WATCHED_KINDS)
    assert.ok(
      rules.some(({ resources, verbs }) => resources.includes(resourceOf(kind)) && verbs.includes('watch')),
      kind,
    );
});

test('the operator may watch, create and delete pods, only read ReplicaSets, and create and patch events', async () => {
  const { rules = [] } = one(await render(), 'ClusterRole');
  const verbs = (resource: string) => rules.find(({ resources }) => resources.includes(resource))?.verbs;
  assert.deepEqual(verbs('pods'), ['get', 'list', 'watch', 'create', 'delete']);
  assert.deepEqual(verbs('replicasets'), ['get', 'list', 'watch']);
  assert.deepEqual(verbs('events'), ['create', 'patch']);
});

test('the operator’s permissions allow it to write the proxies’ Roles, and no other Role', async () => {
  const objects = (await render()).filter(({ kind }) => /^ClusterRole/.test(kind));
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  await cluster.run(['apply', '-f', '-'], list);
  const asOperator = (object: object) => {
    const argv = ['apply', '--server-side', `--as=system:serviceaccount:${NAMESPACE}:${RELEASE}`, '-f', '-'];
    return cluster.run(argv, JSON.stringify(object));
  };
  await asOperator(role(edge));
  await asOperator(roleBinding(edge));
  const greedy = { ...role(edge), rules: [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }] };
  await assert.rejects(asOperator(greedy), /attempting to grant RBAC permissions not currently held/);
  await cluster.run(['delete', '-f', '-'], list);
});

test('helm upgrades a release of an older chart to this chart while reusing its values', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-older-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const older = join(folder, 'chart');
  cpSync(CHART, older, { recursive: true });
  // As if the other values were new in this version of the chart.
  writeFileSync(
    join(older, 'values.yaml'),
    stringify({
      image: { repository: 'registry.example/operator', tag: '', digest: '', pullPolicy: 'Always' },
    }),
  );
  for (const template of ['deployment.yaml', 'leader-election.yaml', 'poddisruptionbudget.yaml'])
    rmSync(join(older, 'templates', template));
  const use = (...argv: readonly string[]) => helm([...argv, '--namespace', 'older'], cluster.kubeconfig);
  await use('install', RELEASE, older, '--create-namespace', '--set', 'logLevel=debug,crds.install=false');
  await use('upgrade', RELEASE, CHART, '--reuse-values');
  const args = await cluster.run([
    ...['-n', 'older', 'get', 'deployment', RELEASE],
    ...['-o', 'jsonpath={.spec.template.spec.containers[0].args}'],
  ]);
  for (const arg of ['--log-level=debug', '--leader-elect-lease-duration=15s', '--api-rate=400'])
    assert.ok(args.includes(`"${arg}"`), args);
  await use('uninstall', RELEASE);
  rmSync(older, { recursive: true });
});

test('helm installs the chart, reinstalls it without changes, and keeps the definition on uninstall', async () => {
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

test('a second release can be installed beside the first one with the values of docs/install.md', async () => {
  const page = readFileSync(join(REPOSITORY, 'docs/install.md'), 'utf8');
  const [, values = ''] = /all releases but one need `--set ([^`]+)`/.exec(page) ?? [];
  const releases = [
    // The definition was kept by the previous release.
    { at: 'by-helm', namespace: 'shop', set: '' },
    { at: 'second', namespace: 'edge', set: `,${values}` },
  ];
  const use = (at: string, ...argv: readonly string[]) =>
    helm([...argv, '--namespace', at], cluster.kubeconfig);
  for (const { at, namespace, set } of releases) {
    await cluster.createNamespace(namespace);
    await use(
      at,
      'install',
      RELEASE,
      CHART,
      '--create-namespace',
      '--set',
      `namespaces={${namespace}}${set}`,
    );
  }
  for (const { at } of releases) await use(at, 'uninstall', RELEASE);
});
