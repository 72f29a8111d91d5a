import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type OperatorProcess, startOperator } from './operator.ts';
import { podsOf } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

describe('the status reports', () => {
  test('that a quota does not allow the pods', async () => {
    const namespace = await world.newNamespace();
    await world.kubectl('create', 'quota', 'small', '-n', namespace, '--hard=limits.cpu=1');
    await world.apply(namespace, 'edge', { tuning: { profile: 'Tuned' } });
    await world.reason(namespace, 'edge', 'QuotaExceeded', /exceeded quota: small.*limits\.cpu=8/);
  });

  for (const [counted, type, advice] of [
    ['services.loadbalancers', 'LoadBalancer', 'ClusterIP'],
    ['services.nodeports', 'NodePort', 'ClusterIP'],
    ['services', 'ClusterIP', 'None'],
  ] as const)
    test(`service.type: ${advice} as the remedy if a quota of ${counted} does not allow a Service of type ${type}`, async () => {
      const namespace = await world.newNamespace();
      await world.kubectl('create', 'quota', 'few', '-n', namespace, `--hard=${counted}=0`);
      await world.eventually('the quota', async () => {
        const quota = await world.get('v1', 'ResourceQuota', namespace, 'few');
        return quota?.status?.hard !== undefined;
      });
      await world.apply(namespace, 'edge', { service: { type } });
      const message = await world.reason(namespace, 'edge', 'QuotaExceeded');
      assert.match(message, new RegExp(`service\\.type: ${advice}\\.$`));
      await world.apply(namespace, 'edge', { service: { type: advice } });
      await world.reason(namespace, 'edge', 'Progressing');
    });

  test('the API server’s message if it refuses a child, and recovers when it no longer does', async () => {
    const namespace = await world.newNamespace();
    await world.kubectl(
      'create',
      'quota',
      'none',
      '-n',
      namespace,
      '--hard=count/roles.rbac.authorization.k8s.io=0',
    );
    await world.eventually('the quota', async () => {
      const quota = await world.get('v1', 'ResourceQuota', namespace, 'none');
      return quota?.status?.hard !== undefined;
    });
    await world.apply(namespace, 'edge');
    await world.reason(
      namespace,
      'edge',
      'QuotaExceeded',
      /^The API server refuses Role "l4b-edge": .*exceeded quota: none/,
    );
    await world.kubectl('delete', 'quota', 'none', '-n', namespace);
    await world.reason(namespace, 'edge', 'Progressing');
  });

  test('that the operator lacks a permission, in the API server’s words', async () => {
    const namespace = await world.newNamespace();
    const rights = JSON.parse(await world.kubectl('get', 'clusterrole', 'l4balancer-operator', '-o', 'json'));
    const without = (resource: string) => ({
      ...rights,
      rules: rights.rules.map((rule: { resources: string[]; verbs: string[] }) =>
        rule.resources.includes(resource) ? { ...rule, verbs: ['get', 'list', 'watch'] } : rule,
      ),
    });
    await world.cp.run(
      ['replace', '-f', '-'],
      JSON.stringify({ ...without('deployments'), metadata: { name: 'l4balancer-operator' } }),
    );
    try {
      await world.apply(namespace, 'edge');
      await world.reason(
        namespace,
        'edge',
        'ApplyRefused',
        /^The API server refuses Deployment "l4b-edge": .*User "the-operator" cannot (patch|create) resource "deployments"/,
      );
      assert.ok((await operator.metric('controller_runtime_terminal_reconcile_errors_total')) > 0);
    } finally {
      await world.cp.run(
        ['replace', '-f', '-'],
        JSON.stringify({ ...rights, metadata: { name: 'l4balancer-operator' } }),
      );
    }
    await world.reason(namespace, 'edge', 'Progressing');
  });

  test('that a spec cannot be read, and the children are left unchanged', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge');
    await world.reason(namespace, 'edge', 'Progressing');
    const before = await world.get('apps/v1', 'Deployment', namespace, 'l4b-edge');
    const crd = JSON.parse(await world.kubectl('get', 'crd', 'l4balancers.l4balancer.dev', '-o', 'json'));
    const loose = structuredClone(crd);
    // A CRD of another version, which accepts what this operator does not.
    const schema = loose.spec.versions[0].schema.openAPIV3Schema;
    schema.properties.spec = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    // Rules on the whole resource refer to fields of the spec.
    delete schema['x-kubernetes-validations'];
    await world.cp.run(['replace', '-f', '-'], JSON.stringify(loose));
    try {
      const patch = JSON.stringify({ spec: { service: { type: 'Magic' } } });
      await world.eventually('the CRD to accept more', async () => {
        const output = await world
          .kubectl('patch', 'l4b', 'edge', '-n', namespace, '--type=merge', '-p', patch)
          .catch(String);
        return output.includes('patched');
      });
      await world.reason(namespace, 'edge', 'InvalidSpec', /spec\.service\.type/);
      const after = await world.get('apps/v1', 'Deployment', namespace, 'l4b-edge');
      assert.equal(after?.metadata.generation, before?.metadata.generation);
    } finally {
      await world.kubectl(
        'patch',
        'l4b',
        'edge',
        '-n',
        namespace,
        '--type=json',
        '-p',
        '[{"op":"remove","path":"/spec/service/type"}]',
      );
      await world.cp.run(
        ['replace', '-f', '-'],
        JSON.stringify({ ...crd, metadata: { name: crd.metadata.name } }),
      );
    }
    await world.reason(namespace, 'edge', 'Progressing');
  });
});

test('deleting a namespace deletes everything in it, and nothing blocks it', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  await world.reason(namespace, 'edge', 'Progressing');
  await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length > 0);
  await world.kubectl('delete', 'namespace', namespace, '--wait=false');
  // There is no kubelet to confirm that a pod has terminated.
  await world.kubectl('delete', 'pods', '--all', '-n', namespace, '--force', '--grace-period=0');
  await world.eventually('the end', async () => {
    const left = await world.kubectl('get', 'namespaces', '-o', 'name');
    return !left.includes(`namespace/${namespace}\n`);
  });
});

test('after an outage of the API server, the operator continues and applies what changed meanwhile', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  await world.reason(namespace, 'edge', 'Progressing');
  await world.cp.killApiServer();
  await operator.line('watch lost, retrying');
  assert.equal((await fetch(`${operator.url()}/healthz`)).status, 200);
  await world.cp.startApiServer();
  await world.apply(namespace, 'other');
  await world.reason(namespace, 'other', 'Progressing');
  assert.equal(operator.child.exitCode, null);
});
