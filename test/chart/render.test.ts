import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { chartCrd } from '../../charts/generate.ts';
import { ChildError, runChild } from '../../tooling/process/child.ts';
import { REPOSITORY } from '../../tooling/process/folders.ts';
import { CHART, helm, NAMESPACE, one, parseDocuments, RELEASE, type Rendered, render } from './render.ts';

const read = (file: string): string => readFileSync(join(REPOSITORY, file), 'utf8');
const crdName = 'l4balancers.l4balancer.dev';

const rulesOf = (objects: readonly Rendered[]) => objects.flatMap(({ rules = [] }) => rules);

test('the operator may read and write Secrets, to grant the right by name and to make ticket keys, unless the chart withholds it', async () => {
  const ofSecrets = async (...values: readonly string[]) =>
    rulesOf(await render(...values)).filter(({ resources }) => resources.includes('secrets'));
  assert.deepEqual(await ofSecrets('rbac.secrets=false'), []);
  assert.deepEqual(await ofSecrets(), [
    {
      apiGroups: [''],
      resources: ['secrets'],
      verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    },
  ]);
});

test('no role has a wildcard, reads Secrets without rbac.secrets, or can escalate its permissions', async () => {
  const rules = rulesOf(await render('rbac.secrets=false'));
  assert.ok(rules.length > 5);
  for (const rule of rules) {
    for (const value of [...rule.apiGroups, ...rule.resources, ...rule.verbs])
      assert.doesNotMatch(value, /\*/);
    assert.equal(rule.nonResourceURLs, undefined);
    assert.ok(!rule.resources.some((resource) => /^(secrets|.*\/exec|.*\/proxy)$/.test(resource)));
    // The operator reads none, but may only grant a proxy what it may do itself.
    if (rule.resources.includes('configmaps')) assert.deepEqual(rule.verbs, ['list', 'watch']);
    for (const verb of ['escalate', 'bind', 'impersonate', 'deletecollection'])
      if (rule.apiGroups[0] !== 'l4balancer.dev') assert.ok(!rule.verbs.includes(verb), verb);
  }
});

test('the operator writes only the status of users’ resources', async () => {
  const { rules = [] } = one(await render(), 'ClusterRole');
  const writes = rules
    .filter(
      ({ apiGroups, verbs }) =>
        apiGroups.includes('l4balancer.dev') && verbs.some((verb) => !/^(get|list|watch)$/.test(verb)),
    )
    .map(({ resources, verbs }) => [resources, verbs]);
  assert.deepEqual(writes, [[['l4balancers/status'], ['patch']]]);
});

test('with a list of namespaces, the operator has a Role in each and no cluster-wide permissions', async () => {
  const objects = await render('namespaces={shop,edge}', 'rbac.aggregate=false', 'crds.install=false');
  assert.deepEqual(
    objects.filter(({ kind }) => kind.startsWith('Cluster')),
    [],
  );
  const everywhere = one(await render(), 'ClusterRole').rules ?? [];
  for (const namespace of ['shop', 'edge']) {
    const role = objects.find(({ kind, metadata }) => kind === 'Role' && metadata.namespace === namespace);
    const left = everywhere.filter((rule) => !role?.rules?.some((other) => isDeepStrictEqual(rule, other)));
    assert.deepEqual(
      left.flatMap(({ resources }) => resources),
      ['nodes'],
      'which live in no namespace',
    );
    assert.ok(
      objects.some(({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === namespace),
    );
  }
  const [container] = one(objects, 'Deployment').spec?.template.spec.containers ?? [];
  assert.ok(container?.args.includes('--namespaces=shop,edge'));
});

test('the permission for Leases is limited to one Lease in the operator’s namespace', async () => {
  const { metadata, rules = [] } = one(await render(), 'Role', `${RELEASE}-leader-election`);
  assert.equal(metadata.namespace, NAMESPACE);
  assert.deepEqual(
    rules.map(({ resources, resourceNames, verbs }) => [resources, resourceNames, verbs]),
    [
      [['leases'], undefined, ['create']],
      [['leases'], [RELEASE], ['get', 'list', 'watch', 'patch']],
      [['events'], undefined, ['create', 'patch']],
    ],
  );
  const [container] = one(await render(), 'Deployment').spec?.template.spec.containers ?? [];
  assert.ok(container?.args.includes(`--leader-elect-name=${RELEASE}`));
  assert.ok(container?.args.includes(`--leader-elect-namespace=${NAMESPACE}`));
});

test('several replicas get anti-affinity and a disruption budget, a single one gets neither', async () => {
  const kinds = (objects: readonly Rendered[]) => objects.map(({ kind }) => kind);
  const single = await render();
  assert.ok(!kinds(single).includes('PodDisruptionBudget'));
  assert.equal(one(single, 'Deployment').spec?.template.spec.affinity, undefined);
  const several = await render('replicas=2');
  const budget: { spec?: object } = one(several, 'PodDisruptionBudget');
  assert.partialDeepStrictEqual(budget.spec, {
    maxUnavailable: 1,
    // Otherwise a broken one would block node drains.
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
  });
  assert.match(
    JSON.stringify(one(several, 'Deployment').spec?.template.spec.affinity),
    /podAntiAffinity.*kubernetes.io\/hostname/,
  );
  const own = await render('replicas=2', 'affinity.nodeAffinity.x=y');
  assert.deepEqual(one(own, 'Deployment').spec?.template.spec.affinity, { nodeAffinity: { x: 'y' } });
});

test('the chart’s definition is that of crds/, and helm keeps it on uninstall', async () => {
  const crd = read('crds/l4balancers.yaml');
  const { metadata, ...rest } = one(await render(), 'CustomResourceDefinition', crdName);
  const { metadata: original, ...expected } = parse(crd);
  assert.deepEqual(rest, expected);
  assert.deepEqual(metadata, { ...original, annotations: { 'helm.sh/resource-policy': 'keep' } });
});

test('adding a second block of annotations to the definition is refused', () => {
  assert.throws(
    () => chartCrd('metadata:\n  name: x\n  annotations:\n    a: b\n'),
    /adapt charts\/generate.ts/,
  );
  assert.throws(() => chartCrd('kind: x\n'), /adapt charts\/generate.ts/);
});

test('the definition is omitted with crds.install=false', async () => {
  const kinds = (await render('crds.install=false')).map(({ kind }) => kind);
  assert.ok(!kinds.includes('CustomResourceDefinition'));
  assert.ok(kinds.includes('Deployment'));
});

test('images are referenced by tag, by digest, or by the version of the chart', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const table: readonly [readonly string[], string, string][] = [
    [[], 'l4balancer-operator:0.1.0', '--proxy-image=l4balancer-proxy:0.1.0'],
    [
      ['image.tag=v1.2', 'proxyImage.repository=registry.test/p'],
      'l4balancer-operator:v1.2',
      '--proxy-image=registry.test/p:0.1.0',
    ],
    [
      [`image.digest=${digest}`, 'image.tag=v1.2', 'proxyImage.tag=v7'],
      `l4balancer-operator@${digest}`,
      '--proxy-image=l4balancer-proxy:v7',
    ],
  ];
  for (const [values, image, argument] of table) {
    const [container] = one(await render(...values), 'Deployment').spec?.template.spec.containers ?? [];
    assert.equal(container?.image, image);
    assert.ok(container?.args.includes(argument), argument);
  }
});

test('user labels never replace those that the Deployment selects by', async () => {
  const { spec } = one(await render('podLabels.team=edge'), 'Deployment');
  assert.equal(spec?.template.metadata.labels.team, 'edge');
  assert.equal(spec?.template.metadata.labels['app.kubernetes.io/instance'], 'l4balancer-operator');
  const { spec: both } = one(
    await render(
      'podLabels.app\\.kubernetes\\.io/instance=mine',
      'podAnnotations.kubectl\\.kubernetes\\.io/default-container=mine',
      'podAnnotations.team=edge',
    ),
    'Deployment',
  );
  assert.equal(both?.template.metadata.labels['app.kubernetes.io/instance'], 'l4balancer-operator');
  assert.deepEqual(both?.template.metadata.annotations, {
    'kubectl.kubernetes.io/default-container': 'operator',
    team: 'edge',
  });
});

test('a priority class whose name looks like a number stays a string', async () => {
  const text = await helm(['template', RELEASE, CHART, '--set-string', 'priorityClassName=1e3']);
  assert.equal(one(parseDocuments(text), 'Deployment').spec?.template.spec.priorityClassName, '1e3');
});

test('README, docs/install.md and chart require the same version of Kubernetes, and helm refuses the one before', async () => {
  const asked = /^kubeVersion: ">=1\.(\d+)\.0-0"$/m.exec(read('charts/l4balancer-operator/Chart.yaml'))?.[1];
  for (const page of ['README.md', 'docs/install.md'])
    assert.equal(/Kubernetes 1\.(\d+) or newer/.exec(read(page))?.[1], asked, page);
  const template = (minor: number) => helm(['template', RELEASE, CHART, '--kube-version', `1.${minor}.0`]);
  assert.match(await template(Number(asked)), /kind: Deployment/);
  await assert.rejects(template(Number(asked) - 1), (error: unknown) => {
    assert.ok(error instanceof ChildError);
    assert.match(error.lastLines.join('\n'), new RegExp(`kubeVersion: >=1\\.${asked}\\.0-0`));
    return true;
  });
});

test('unknown or invalid values are refused with their name', async () => {
  const table: readonly [string, RegExp][] = [
    ['replica=2', /replica/],
    ['replicas=two', /replicas/],
    ['namespaces={Shop}', /namespaces/],
    ['namespaces={a,a}', /namespaces/],
    ['leaderElection.leaseDuration=15', /leaseDuration/], // no unit
    ['image.tga=1', /tga/],
    ['image.tag=110', /tag/], // a number: --set-string
    ['logLevel=verbose', /logLevel/],
    ['crds.install=maybe', /crds.*install|install/],
    ['image.pullPolicy=Sometimes', /pullPolicy/],
    ['image.digest=abc', /digest/],
    ['resources.limits.memory=lots', /memory/],
    ['podLabels.a=null,podLabels.b.c=d', /podLabels/],
    ['tolerations=x', /tolerations/],
  ];
  for (const [value, named] of table)
    await assert.rejects(render(value), (error: unknown) => {
      assert.ok(error instanceof ChildError);
      assert.match(error.lastLines.join('\n'), named, value);
      return true;
    });
});

test('the chart passes helm lint', async () => {
  assert.match(await helm(['lint', '--strict', CHART]), /0 chart\(s\) failed/);
});

test('install.yaml and the chart’s definition are up to date', async () => {
  await runChild([process.execPath, join(REPOSITORY, 'charts', 'generate.ts'), '--check']);
  const kinds = parseDocuments(read('install.yaml')).map(({ kind }) => kind);
  assert.equal(kinds[0], 'Namespace');
  assert.ok(kinds.includes('CustomResourceDefinition') && kinds.includes('Deployment'));
});

test('the operator sends its metrics where the chart says, and nowhere otherwise', async () => {
  const args = async (...values: readonly string[]) =>
    one(await render(...values), 'Deployment').spec?.template.spec.containers[0]?.args ?? assert.fail();
  assert.ok(!(await args()).some((arg) => arg.includes('otlp')));
  assert.ok(
    (await args('otlp.endpoint=http://collector:4318')).includes('--otlp-endpoint=http://collector:4318'),
  );
  assert.ok(!(await args('otlp=null')).some((arg) => arg.includes('otlp')));
});

test('the operator may ask the API server about tokens only where the page is for tokens', async () => {
  const reviews = async (...values: readonly string[]) =>
    rulesOf(await render(...values)).filter(({ resources }) =>
      resources.some((resource) => /reviews$/.test(resource)),
    );
  assert.deepEqual(await reviews(), []);
  assert.deepEqual(await reviews('page.forTokens=true', 'rbac.create=false'), []);
  for (const values of [['page.forTokens=true'], ['page.forTokens=true', 'namespaces={shop}']])
    assert.deepEqual(await reviews(...values), [
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      { apiGroups: ['authorization.k8s.io'], resources: ['subjectaccessreviews'], verbs: ['create'] },
    ]);
  const container = async (...values: readonly string[]) =>
    one(await render(...values), 'Deployment').spec?.template.spec.containers[0] ?? assert.fail();
  const plain = await container();
  assert.ok(plain.args.includes('--page-address=127.0.0.1:8082'));
  assert.ok(plain.args.includes('--page-for-tokens=false'));
  assert.ok((await container('page.forTokens=true')).args.includes('--page-for-tokens=true'));
  assert.ok((await container('page.enabled=false')).args.includes('--page-address=off'));
});
