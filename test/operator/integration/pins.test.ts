import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createWriter } from '../../../kube/apply.ts';
import { deployment } from '../../../operator/desired/deployment.ts';
import { NEW } from '../../../operator/desired/shape.ts';
import { balancer, RENDER } from '../owner.ts';
import { IMAGE, type OperatorProcess, startOperator } from './operator.ts';
import { operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

const MAIN = fileURLToPath(new URL('../../../operator/main.ts', import.meta.url));

let world: TestWorld;
let login: string;
let operator: OperatorProcess;

const workload = (namespace: string) => world.get('apps/v1', 'Deployment', namespace, 'l4b-edge');
const arrives = async (namespace: string): Promise<Anything> => {
  let found: Anything | undefined;
  await world.eventually('a Deployment', async () => {
    found = await workload(namespace);
    return found !== undefined;
  });
  return found ?? assert.fail();
};
const replicas = async (namespace: string): Promise<number> => (await workload(namespace))?.spec.replicas;

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

describe('the pods of an older revision', () => {
  const OLDER = 'registry.example/l4balancer-proxy:0.9';

  test('are left unchanged by a newer operator until the spec changes them or the annotation requests it', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge');
    await arrives(namespace);
    await world.settled(namespace, 'edge', 1);
    await operator.stop();

    // As left by an operator before revisions: its pod template, and a status without a revision.
    const root = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge');
    const owner = { name: 'edge', namespace, uid: root?.metadata.uid ?? '', spec: balancer().spec };
    const older = { ...RENDER, proxyImage: OLDER };
    await createWriter(world.transport, 'l4balancer-operator').apply(
      deployment(owner, older, { ...NEW, revision: 'r1' }),
    );
    const status = await world.status(namespace, 'edge');
    const removals = Object.keys(status ?? {})
      .filter((field) => field.startsWith('render'))
      .map((field) => ({ op: 'remove', path: `/status/${field}` }));
    await world.kubectl(
      ...['patch', 'l4b', 'edge', '-n', namespace, '--subresource=status', '--type=json'],
      ...['-p', JSON.stringify(removals)],
    );
    const before = await workload(namespace);

    operator = startOperator(login);
    await operator.line('caches synced');
    await world.eventually(
      'the pin',
      async () => (await world.status(namespace, 'edge'))?.renderRevision === 'r1',
    );
    const after = await workload(namespace);
    assert.deepEqual(after?.spec.template, before?.spec.template);
    assert.equal((await world.status(namespace, 'edge'))?.renderedImage, OLDER);
    assert.equal(await operator.metric('l4balancer_operator_balancers_on_old_revisions'), 1);

    // This does not affect the pods: the revision is kept.
    await world.apply(namespace, 'edge', { service: { type: 'ClusterIP' }, workload: { replicas: 2 } });
    await world.eventually('two', async () => (await replicas(namespace)) === 2);
    assert.deepEqual((await workload(namespace))?.spec.template, before?.spec.template);

    await world.kubectl('annotate', 'l4b', 'edge', '-n', namespace, 'l4balancer.dev/upgrade=true');
    await world.eventually('r2', async () => {
      const now = await workload(namespace);
      return now?.spec.template.metadata.annotations?.['l4balancer.dev/render-revision'] === 'r2';
    });
    await world.eventually(
      'no old pods',
      async () => (await operator.metric('l4balancer_operator_balancers_on_old_revisions')) === 0,
    );
  });

  test('are also kept when only the image flags of the operator change, and when the oldest kubelet is upgraded', async () => {
    const nodes = [
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'last-old-node' } },
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'new-node' } },
    ] as const;
    const kubelet = createWriter(world.transport, 'kubelet');
    const runs = (node: (typeof nodes)[number], kubeletVersion: string) =>
      kubelet.applyStatus({ ...node, status: { nodeInfo: nodeInfo(kubeletVersion) } } as never);
    for (const node of nodes) await world.cp.run(['create', '-f', '-'], JSON.stringify(node));
    await runs(nodes[0], 'v1.31.0');
    await runs(nodes[1], 'v1.34.0');
    const restart = async (args: readonly string[]) => {
      await operator.stop();
      operator = startOperator(login, args);
      await operator.line('caches synced');
    };
    await restart([]);
    const namespace = await world.newNamespace();
    const sysctls = [{ name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' }];
    const spec = { tuning: { profile: 'Tuned', sysctlMethod: 'InitContainer', sysctls } };
    await world.apply(namespace, 'edge', spec);
    await world.settled(namespace, 'edge', 1);
    assert.equal((await world.status(namespace, 'edge'))?.renderedKubelet, '1.31');
    const before = await arrives(namespace);
    const written = before.spec.template.spec.initContainers[0].args.join(' ');
    assert.match(written, /net\.ipv4\.tcp_rmem/, 'not safe with a kubelet of 1.31');

    await runs(nodes[0], 'v1.34.0');
    await restart(['--proxy-image-pull-policy=Always']);
    await world.apply(namespace, 'edge', { ...spec, workload: { replicas: 2 } });
    await world.eventually('two', async () => (await replicas(namespace)) === 2);
    assert.deepEqual((await workload(namespace))?.spec.template, before.spec.template);
    // A dry run finds the same, even one limited to this namespace, which cannot list nodes.
    const flags = [`--kubeconfig=${login}`, `--proxy-image=${IMAGE}`, '--proxy-image-pull-policy=Always'];
    for (const where of [[], [`--namespaces=${namespace}`]]) {
      const dry = spawnSync(process.execPath, [MAIN, ...flags, '--dry-run', ...where], { encoding: 'utf8' });
      const report = dry.stdout.split(/^(?=\S+\/edge$)/m).find((part) => part.startsWith(`${namespace}/`));
      assert.match(report ?? dry.stderr, /up to date/);
    }

    await world.kubectl('annotate', 'l4b', 'edge', '-n', namespace, 'l4balancer.dev/upgrade=true');
    await world.eventually('both to be used on request', async () => {
      const { spec: pods } = (await arrives(namespace)).spec.template;
      const isMoved = !pods.initContainers[0].args.join(' ').includes('tcp_rmem');
      return isMoved && pods.containers[0].imagePullPolicy === 'Always';
    });
  });
});

const nodeInfo = (kubeletVersion: string) => ({
  architecture: 'x',
  bootID: 'x',
  containerRuntimeVersion: 'x',
  kernelVersion: 'x',
  kubeProxyVersion: 'x',
  kubeletVersion,
  machineID: 'x',
  operatingSystem: 'x',
  osImage: 'x',
  systemUUID: 'x',
});

test('pods of a later revision keep their template, can be scaled, and are rendered anew on request by the annotation', async () => {
  const LATER = 'r99';
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', { workload: { replicas: 2 } });
  await arrives(namespace);
  await world.settled(namespace, 'edge', 1);
  await operator.stop();

  // As left by a later operator: a field in the template that this one does not render, and its revision in
  // template and status.
  const annotations = { 'l4balancer.dev/render-revision': LATER, 'example.com/of-later': 'yes' };
  const root = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge');
  const owner = {
    name: 'edge',
    namespace,
    uid: root?.metadata.uid ?? '',
    spec: balancer({ workload: { replicas: 2 } }).spec,
  };
  const rendered = deployment(owner, RENDER);
  const { template } = rendered.spec;
  await createWriter(world.transport, 'l4balancer-operator').apply({
    ...rendered,
    spec: { ...rendered.spec, template: { ...template, metadata: { ...template.metadata, annotations } } },
  } as never);
  const patch = JSON.stringify({ status: { renderRevision: LATER } });
  await world.kubectl(
    ...['patch', 'l4b', 'edge', '-n', namespace, '--subresource=status', '--type=merge', '-p', patch],
  );
  const before = await workload(namespace);

  operator = startOperator(login);
  await operator.line('caches synced');
  await world.warned(namespace, 'edge', 'RevisionUnknown', /revision r99.*number.*follow the spec/);
  await world.kubectl('scale', '-n', namespace, 'l4b/edge', '--replicas=5');
  await world.eventually('five', async () => (await replicas(namespace)) === 5);
  assert.deepEqual((await workload(namespace))?.spec.template, before?.spec.template);
  await world.warned(namespace, 'edge', 'RevisionUnknown');
  assert.equal((await world.status(namespace, 'edge'))?.renderRevision, LATER);

  await world.kubectl('annotate', 'l4b', 'edge', '-n', namespace, 'l4balancer.dev/upgrade=true');
  await world.warned(namespace, 'edge', 'NoWarnings');
  const { metadata } = (await workload(namespace))?.spec.template ?? {};
  assert.equal(metadata.annotations['l4balancer.dev/render-revision'], 'r2');
  assert.equal(metadata.annotations['example.com/of-later'], undefined);
});
