import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { GOLDEN, goldenChildren } from '../golden.ts';
import { MINIMAL } from '../owner.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { letServe, podsOf } from './pods.ts';
import { OPERATOR, operatorLogin } from './rights.ts';
import { CHILDREN, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;

const child = (namespace: string, kind: keyof typeof CHILDREN) =>
  world.get(CHILDREN[kind], kind, namespace, 'l4b-edge');
const existing = async (namespace: string, kind: keyof typeof CHILDREN) =>
  (await child(namespace, kind)) ?? assert.fail(`there is no ${kind}`);
/** Creates a resource and waits until all its children exist. */
const applied = async (spec: object = {}): Promise<string> => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', spec);
  await world.reason(namespace, 'edge', 'Progressing');
  await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length > 0);
  return namespace;
};

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

describe('a resource', () => {
  test('gets all its children, owned by it, and Ready when its pods serve', async () => {
    const namespace = await applied();
    const root = await world.get('l4balancer.dev/v1alpha1', 'L4Balancer', namespace, 'edge');
    for (const kind of Object.keys(CHILDREN) as (keyof typeof CHILDREN)[]) {
      const { ownerReferences = [] } = (await existing(namespace, kind)).metadata;
      assert.deepEqual(
        ownerReferences.map(({ uid, controller }) => [uid, controller]),
        [[root?.metadata.uid, true]],
        kind,
      );
    }
    await letServe(world.transport, namespace);
    await world.reason(namespace, 'edge', 'Available');
    const line = await world.kubectl('get', 'l4b', '-n', namespace, '--no-headers');
    assert.match(line, /^edge\s+True\s+Available\s+1\/1\s+1\s+10\.96\.\S+\s/);
  });

  test('with an added listener changes only its Service, and no pod is restarted', async () => {
    const namespace = await applied();
    const before = await existing(namespace, 'Deployment');
    const since = world.auditSize();
    const listeners = [...MINIMAL.listeners, { name: 'more', port: 443, backend: 'web' }];
    await world.apply(namespace, 'edge', { listeners });
    await world.eventually(
      'the port',
      async () => (await existing(namespace, 'Service')).spec.ports.length === 2,
    );
    await world.eventually(
      'the status',
      async () => (await world.status(namespace, 'edge'))?.observedGeneration === 2,
    );
    const deployment = await existing(namespace, 'Deployment');
    assert.equal(deployment.metadata.generation, before.metadata.generation);
    // How many status writes there are depends on how fast pods and Deployment come; see steady.test.
    const written = world
      .writes(OPERATOR, since)
      .map(({ what }) => what)
      .filter((what) => what.includes(`/${namespace}/`) && !/\/events|\/status$/.test(what));
    assert.deepEqual(written, [`/api/v1/namespaces/${namespace}/services/l4b-edge`]);
  });

  test('scaled by kubectl changes its Deployment and gets a disruption budget', async () => {
    const namespace = await applied();
    await world.kubectl('scale', '-n', namespace, 'l4b/edge', '--replicas=3');
    await world.eventually(
      'three',
      async () => (await existing(namespace, 'Deployment')).spec.replicas === 3,
    );
    const budget = () => world.get('policy/v1', 'PodDisruptionBudget', namespace, 'l4b-edge');
    await world.eventually('the budget', async () => (await budget()) !== undefined);
    const { spec } = (await existing(namespace, 'Deployment')).spec.template;
    assert.ok(spec);
    await world.kubectl('scale', '-n', namespace, 'l4b/edge', '--replicas=1');
    await world.eventually('no budget', async () => (await budget()) === undefined);
  });

  test('of service type None has no Service, and loses an existing one', async () => {
    const namespace = await applied();
    await world.apply(namespace, 'edge', { service: { type: 'None' } });
    await world.eventually('no Service', async () => (await child(namespace, 'Service')) === undefined);
    await world.eventually(
      'no address',
      async () => (await world.status(namespace, 'edge'))?.addresses?.length === 0,
    );
  });

  test('can change the type of its Service back and forth', async () => {
    const namespace = await applied({
      service: { type: 'LoadBalancer', loadBalancerClass: 'example.com/a', externalTrafficPolicy: 'Local' },
    });
    const types = ['ClusterIP', 'NodePort', 'None', 'LoadBalancer', 'ClusterIP'];
    for (const type of types) {
      await world.apply(namespace, 'edge', { service: { type } });
      const expected = type === 'None' ? undefined : type;
      await world.eventually(type, async () => (await child(namespace, 'Service'))?.spec.type === expected);
      await world.reason(namespace, 'edge', 'Progressing');
    }
  });

  test('keeps the class of its load balancer, unless its type changes in between', async () => {
    const [a, b] = ['example.com/a', 'example.com/b'];
    const namespace = await applied({ service: { loadBalancerClass: a } });
    const classOf = async () => (await child(namespace, 'Service'))?.spec.loadBalancerClass;
    for (const service of [{ loadBalancerClass: b }, {}])
      await assert.rejects(
        world.apply(namespace, 'edge', { service }),
        /spec\.service\.loadBalancerClass: .*loadBalancerClass cannot be changed while type stays LoadBalancer/,
      );
    await world.apply(namespace, 'edge', { service: { type: 'ClusterIP' } });
    await world.eventually('none', async () => (await classOf()) === undefined);
    await world.apply(namespace, 'edge', { service: { loadBalancerClass: b } });
    await world.eventually('the other', async () => (await classOf()) === b);
  });

  test('with a change of an immutable field names the command after which the object can be recreated', async () => {
    const namespace = await world.newNamespace();
    const service = (loadBalancerClass: string) => ({ service: { loadBalancerClass } });
    await world.apply(namespace, 'edge', service('example.com/a'));
    await world.eventually('a Service', async () => (await child(namespace, 'Service')) !== undefined);
    await world.apply(namespace, 'edge', { paused: true, service: { type: 'ClusterIP' } });
    await world.reason(namespace, 'edge', 'Paused');
    for (const kind of ['Deployment', 'RoleBinding'] as const) {
      const { apiVersion, metadata, spec, roleRef, subjects } = await existing(namespace, kind);
      const { name, labels, ownerReferences } = metadata;
      await world.kubectl('delete', kind, name, '-n', namespace);
      const other = { 'app.kubernetes.io/instance': 'other' };
      const template = { ...spec?.template, metadata: { labels: other } };
      const rest =
        kind === 'Deployment'
          ? { spec: { selector: { matchLabels: other }, template } }
          : { roleRef: { ...roleRef, name: 'other' }, subjects };
      const strange = { apiVersion, kind, metadata: { name, namespace, labels, ownerReferences }, ...rest };
      await world.cp.run(['create', '-f', '-'], JSON.stringify(strange));
    }
    await world.apply(namespace, 'edge', service('example.com/b'));
    const kinds = ['Service', 'Deployment', 'RoleBinding'];
    for (const [at, kind] of kinds.entries()) {
      const command = `delete ${kind.toLowerCase()} l4b-edge -n ${namespace}`;
      let message = '';
      await world.eventually(`${kinds.length - at} commands`, async () => {
        message = await world.reason(namespace, 'edge', 'ApplyRefused');
        return message.split('kubectl delete').length === kinds.length - at + 1;
      });
      assert.ok(message.includes(`kubectl ${command}.`), message);
      await world.kubectl(...command.split(' '));
    }
    await world.reason(namespace, 'edge', 'Progressing');
    assert.equal((await existing(namespace, 'Service')).spec.loadBalancerClass, 'example.com/b');
  });

  test('is not changed while it is paused', async () => {
    const namespace = await applied();
    await world.apply(namespace, 'edge', { paused: true, workload: { replicas: 2 } });
    await world.reason(namespace, 'edge', 'Paused');
    assert.equal((await existing(namespace, 'Deployment')).spec.replicas, 1);
    await world.apply(namespace, 'edge', { workload: { replicas: 2 } });
    await world.eventually('two', async () => (await existing(namespace, 'Deployment')).spec.replicas === 2);
  });

  test('leaves nothing behind when it is deleted', async () => {
    const namespace = await applied();
    await world.kubectl('delete', 'l4b', 'edge', '-n', namespace);
    await world.eventually('nothing', async () => {
      const kinds = 'deployments,replicasets,pods,services,roles,rolebindings,poddisruptionbudgets';
      const left = await world.kubectl('get', kinds, '-n', namespace, '-o', 'name');
      return left.trim() === '' && (await child(namespace, 'ServiceAccount')) === undefined;
    });
  });

  test('that is deleted and recreated at once gets its own children', async () => {
    const namespace = await applied();
    const before = (await existing(namespace, 'Deployment')).metadata.uid;
    await world.kubectl('delete', 'l4b', 'edge', '-n', namespace);
    await world.apply(namespace, 'edge');
    await world.eventually('a new Deployment', async () => {
      const now = await child(namespace, 'Deployment');
      return now !== undefined && now.metadata.uid !== before && now.metadata.deletionTimestamp === undefined;
    });
  });
});

describe('a change by another writer', () => {
  test('is put back in a Deployment edited by hand', async () => {
    const namespace = await applied();
    const env = '[{"op":"replace","path":"/spec/template/spec/containers/0/env/4/value","value":"99"}]';
    await world.kubectl('patch', 'deployment', 'l4b-edge', '-n', namespace, '--type=json', '-p', env);
    await world.eventually('the old value', async () => {
      const { template } = (await existing(namespace, 'Deployment')).spec;
      return template.spec.containers[0].env[4].value === '1';
    });
    await world.kubectl('scale', 'deployment', 'l4b-edge', '-n', namespace, '--replicas=5');
    await world.eventually(
      'one replica',
      async () => (await existing(namespace, 'Deployment')).spec.replicas === 1,
    );
    await world.eventually('an event', async () => {
      const events = await world.kubectl(
        'get',
        'events',
        '-n',
        namespace,
        '-o',
        'jsonpath={.items[*].reason}',
      );
      return events.split(' ').includes('Repaired');
    });
  });

  test('is put back in the ports and the selector of a Service', async () => {
    const namespace = await applied();
    const spec = async () => (await existing(namespace, 'Service')).spec;
    const { ports, selector } = await spec();
    const edit = async (op: string, path: string, value: unknown): Promise<void> => {
      const patch = JSON.stringify([{ op, path, value }]);
      await world.kubectl('patch', 'service', 'l4b-edge', '-n', namespace, '--type=json', '-p', patch);
    };
    const admin = { name: 'admin', port: 9901, targetPort: 9901, protocol: 'TCP' };
    for (const [op, path, value] of [
      ['add', '/spec/ports/-', admin],
      ['replace', '/spec/ports/0/port', 8181],
      ['add', '/spec/selector/foo', 'bar'],
    ] as const) {
      await edit(op, path, value);
      await world.eventually(`put back: ${path}`, async () => {
        const now = await spec();
        return isDeepStrictEqual([now.ports, now.selector], [ports, selector]);
      });
    }
    await world.reason(namespace, 'edge', 'Progressing');
  });

  test('is put back if it paused a rollout', async () => {
    const namespace = await applied();
    await world.kubectl('rollout', 'pause', 'deployment/l4b-edge', '-n', namespace);
    await world.eventually(
      'going on',
      async () => (await existing(namespace, 'Deployment')).spec.paused !== true,
    );
  });

  test('is put back in labels and owner references', async () => {
    const namespace = await applied();
    await world.kubectl('label', 'role', 'l4b-edge', '-n', namespace, 'app.kubernetes.io/managed-by-');
    await world.eventually('the label', async () => {
      const { labels = {} } = (await existing(namespace, 'Role')).metadata;
      return labels['app.kubernetes.io/managed-by'] === 'l4balancer-operator';
    });
    await world.kubectl(
      'patch',
      'service',
      'l4b-edge',
      '-n',
      namespace,
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/ownerReferences"}]',
    );
    await world.eventually(
      'the owner',
      async () => (await existing(namespace, 'Service')).metadata.ownerReferences?.length === 1,
    );
  });

  for (const kind of ['Deployment', 'Service', 'Role', 'ServiceAccount'] as const)
    test(`is put back if it deleted a ${kind}`, async () => {
      const namespace = await applied();
      const before = (await existing(namespace, kind)).metadata.uid;
      await world.kubectl('delete', kind, 'l4b-edge', '-n', namespace);
      await world.eventually(`another ${kind}`, async () => {
        const now = await child(namespace, kind);
        return now !== undefined && now.metadata.uid !== before;
      });
    });

  test('is kept in fields that the operator does not own: a rollout restart, an annotation, a label', async () => {
    const namespace = await applied();
    await world.kubectl('rollout', 'restart', 'deployment/l4b-edge', '-n', namespace);
    await world.kubectl('annotate', 'service', 'l4b-edge', '-n', namespace, 'example.com/a=b');
    await world.kubectl('scale', '-n', namespace, 'l4b/edge', '--replicas=2');
    await world.eventually('two', async () => (await existing(namespace, 'Deployment')).spec.replicas === 2);
    const { template } = (await existing(namespace, 'Deployment')).spec;
    assert.ok(template.metadata.annotations['kubectl.kubernetes.io/restartedAt']);
    assert.equal((await existing(namespace, 'Service')).metadata.annotations?.['example.com/a'], 'b');
  });

  test('that created an object with a child’s name is not touched, the status reports it, and work continues when the object is gone', async () => {
    const namespace = await world.newNamespace();
    await world.kubectl('create', 'service', 'clusterip', 'l4b-edge', '-n', namespace, '--tcp=1:1');
    const before = await existing(namespace, 'Service');
    await world.apply(namespace, 'edge');
    await world.reason(
      namespace,
      'edge',
      'NameTaken',
      /^Service "l4b-edge" exists and was not made for this resource/,
    );
    assert.deepEqual(await existing(namespace, 'Service'), before);
    await existing(namespace, 'Deployment');
    await world.kubectl('delete', 'service', 'l4b-edge', '-n', namespace);
    await world.eventually('our own', async () => {
      const now = await child(namespace, 'Service');
      return now?.metadata.ownerReferences?.[0]?.kind === 'L4Balancer';
    });
  });
});

describe('the golden manifests', () => {
  for (const name of Object.keys(GOLDEN))
    test(`of "${name}" are accepted by the API server with all of their fields`, async () => {
      const namespace = await world.newNamespace();
      // An optional kind that this cluster does not have.
      for (const manifest of goldenChildren(name).filter(({ kind }) => kind !== 'PodMonitor')) {
        const here = JSON.stringify({ ...manifest, metadata: { ...manifest.metadata, namespace } });
        await world.cp.run(
          ['apply', '--server-side', '--dry-run=server', '--validate=strict', '-n', namespace, '-f', '-'],
          here,
        );
      }
    });

  test('of the profile Restricted run under the Pod Security level "restricted", even on port 443, but those of Tuned do not', async () => {
    const namespace = await world.newNamespace();
    await world.kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    await world.apply(namespace, 'edge', { listeners: [{ name: 'https', port: 443, backend: 'web' }] });
    await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length === 1);
    await world.apply(namespace, 'tuned', { tuning: { profile: 'Tuned' } });
    const message = await world.reason(
      namespace,
      'tuned',
      'PodSecurityViolation',
      /violates PodSecurity "restricted:latest"/,
    );
    assert.match(message, /Use tuning\.profile Restricted/);
  });
});
