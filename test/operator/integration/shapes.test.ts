import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { createWriter } from '../../../kube/apply.ts';
import { beside } from '../../beside.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { POD_MONITORS } from './pod-monitors.ts';
import { letServe, podsOf, serving, writePodStatus } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { type Anything, startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;

const VERSIONS = {
  DaemonSet: 'apps/v1',
  Deployment: 'apps/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  NetworkPolicy: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  PodMonitor: 'monitoring.coreos.com/v1',
  Service: 'v1',
} as const;
type Kind = keyof typeof VERSIONS;
const child = (namespace: string, kind: Kind) => world.get(VERSIONS[kind], kind, namespace, 'l4b-edge');
const arrives = async (namespace: string, kind: Kind): Promise<Anything> => {
  let found: Anything | undefined;
  await world.eventually(`a ${kind}`, async () => {
    found = await child(namespace, kind);
    return found !== undefined;
  });
  return found ?? assert.fail();
};
const goes = (namespace: string, kind: Kind): Promise<void> =>
  world.eventually(`no ${kind}`, async () => (await child(namespace, kind)) === undefined);
const replicas = async (namespace: string): Promise<number> =>
  (await child(namespace, 'Deployment'))?.spec.replicas;

before(async () => {
  world = await startWorld();
  operator = startOperator(await operatorLogin(world.cp));
  await operator.line('caches synced');
});

after(async () => {
  await operator?.stop();
  await world?.close();
});

describe('an autoscaler', () => {
  const autoscaling = { minReplicas: 2, maxReplicas: 9 };

  /** Records every number of replicas that the Deployment has from now on. */
  const numbers = async (namespace: string, act: () => Promise<void>): Promise<ReadonlySet<number>> => {
    const seen = new Set<number>([await replicas(namespace)]);
    await beside(async () => seen.add(await replicas(namespace)), act);
    return seen;
  };

  test('takes over the current number of pods, and its own number is kept when it is removed, without a jump', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', { workload: { replicas: 5 } });
    await world.eventually('five', async () => (await replicas(namespace)) === 5);
    const on = await numbers(namespace, async () => {
      await world.apply(namespace, 'edge', { workload: { replicas: 5, autoscaling } });
      await arrives(namespace, 'HorizontalPodAutoscaler');
      await world.settled(namespace, 'edge', 2);
    });
    assert.deepEqual([...on], [5]);

    // Like the autoscaler, through the scale subresource, which makes it the owner of the field.
    await world.kubectl('scale', 'deployment', 'l4b-edge', '-n', namespace, '--replicas=7');
    await world.eventually(
      'the number in the status',
      async () => (await world.status(namespace, 'edge'))?.autoscaledReplicas === 7,
    );
    assert.equal(await replicas(namespace), 7, 'not reverted');

    const off = await numbers(namespace, async () => {
      await world.apply(namespace, 'edge', {});
      await goes(namespace, 'HorizontalPodAutoscaler');
      await world.settled(namespace, 'edge', 3);
      // Reconcile twice more, so that a reverted number would show.
      await world.kubectl('annotate', 'l4b', 'edge', '-n', namespace, 'example.com/look=1');
      await world.apply(namespace, 'edge', { service: { type: 'ClusterIP' } });
      await world.settled(namespace, 'edge', 4);
    });
    assert.deepEqual([...off], [7]);
    assert.equal((await world.status(namespace, 'edge'))?.autoscaledReplicas, 7);

    await world.apply(namespace, 'edge', { workload: { replicas: 3 } });
    await world.eventually('the number in the spec', async () => (await replicas(namespace)) === 3);
    await world.eventually(
      'no number to be kept',
      async () => (await world.status(namespace, 'edge'))?.autoscaledReplicas === undefined,
    );
  });

  test('starts with one pod if there were none, because it would never scale up from zero', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', { workload: { replicas: 0 } });
    await world.eventually('none', async () => (await replicas(namespace)) === 0);
    await world.apply(namespace, 'edge', { workload: { replicas: 0, autoscaling } });
    await world.eventually('some', async () => (await replicas(namespace)) >= 1);
  });
});

describe('a DaemonSet', () => {
  const NODE = 'node-of-shapes';
  /** Nodes without a kubelet are tainted. */
  const workload = { kind: 'DaemonSet', tolerations: [{ operator: 'Exists' }] };

  before(async () => {
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } };
    await world.cp.run(['create', '-f', '-'], JSON.stringify(node));
    await createWriter(world.transport, 'kubelet').applyStatus({
      ...node,
      status: { allocatable: { cpu: '8', memory: '16Gi', pods: '100' } },
    } as never);
  });

  test('replaces a Deployment once it serves, and is replaced by one in the same way', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', { workload: { tolerations: workload.tolerations } });
    await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length === 1);
    await letServe(world.transport, namespace);
    await world.reason(namespace, 'edge', 'Available');

    await world.apply(namespace, 'edge', { workload });
    await arrives(namespace, 'DaemonSet');
    await world.eventually('its pod', async () => (await podsOf(world.transport, namespace)).length === 2);
    await world.settled(namespace, 'edge', 2);
    assert.equal((await child(namespace, 'Deployment'))?.metadata.deletionTimestamp, undefined);
    await letServe(world.transport, namespace);
    await goes(namespace, 'Deployment');
    await world.reason(namespace, 'edge', 'Available');
    assert.equal((await world.status(namespace, 'edge'))?.replicaSummary, '1/1');

    await world.apply(namespace, 'edge', { workload: { tolerations: workload.tolerations } });
    await arrives(namespace, 'Deployment');
    await world.eventually('a pod of it', async () =>
      (await podsOf(world.transport, namespace)).some(
        ({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'ReplicaSet',
      ),
    );
    assert.equal((await child(namespace, 'DaemonSet'))?.metadata.deletionTimestamp, undefined);
    await letServe(world.transport, namespace);
    await goes(namespace, 'DaemonSet');
  });

  test('without an eligible node is reported as Unschedulable', async () => {
    const namespace = await world.newNamespace();
    await world.apply(namespace, 'edge', { workload: { kind: 'DaemonSet', nodeSelector: { no: 'node' } } });
    await world.reason(namespace, 'edge', 'Unschedulable', /none matches nodeSelector/);
  });
});

test('every field of the Service can be set and removed again', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge');
  const full = {
    labels: { team: 'edge' },
    annotations: { 'example.com/a': 'b' },
    loadBalancerIP: '192.0.2.9',
    loadBalancerSourceRanges: ['10.0.0.0/8', 'fd00::/8'],
    nodePorts: { web: 30_777 },
    ipFamilyPolicy: 'PreferDualStack',
    sessionAffinity: 'ClientIP',
  };
  const given = await arrives(namespace, 'Service');
  await world.apply(namespace, 'edge', { service: full });
  const becomes = (what: string, is: (service: Anything) => boolean): Promise<void> =>
    world.eventually(what, async () => is(await arrives(namespace, 'Service')));
  await becomes('all of it', ({ metadata, spec }) => {
    const { labels: _, annotations: __, nodePorts: ___, ...fields } = full;
    return (
      metadata.labels?.team === 'edge' &&
      metadata.annotations?.['example.com/a'] === 'b' &&
      spec.ports[0].nodePort === 30_777 &&
      Object.entries(fields).every(([name, value]) => isDeepStrictEqual(spec[name], value))
    );
  });
  const { spec } = await arrives(namespace, 'Service');
  assert.deepEqual(spec.ipFamilies, ['IPv4', 'IPv6']);
  assert.equal(spec.clusterIP, given.spec.clusterIP, 'the address is kept');

  // In two steps: address families need another value, the other fields are removed by omission.
  await world.apply(namespace, 'edge', { service: { ipFamilyPolicy: 'SingleStack' } });
  await becomes(
    'none of the fields',
    ({ metadata, spec }) =>
      metadata.labels?.team === undefined &&
      metadata.annotations === undefined &&
      spec.loadBalancerIP === undefined &&
      spec.loadBalancerSourceRanges === undefined &&
      spec.sessionAffinity === 'None' &&
      isDeepStrictEqual(spec.ipFamilies, ['IPv4']),
  );
  assert.equal(
    (await arrives(namespace, 'Service')).spec.ports[0].nodePort,
    30_777,
    'not changed without need',
  );
  await world.apply(namespace, 'edge', { service: full });
  await becomes('all again', ({ spec }) => spec.sessionAffinity === 'ClientIP');
  await world.apply(namespace, 'edge', { service: { sessionAffinity: 'None', type: 'ClusterIP' } });
  await becomes(
    'a plain ClusterIP',
    ({ spec }) => spec.type === 'ClusterIP' && spec.sessionAffinity === 'None',
  );
  await world.reason(namespace, 'edge', 'Progressing');
});

test('a node port that is in use or out of range is reported with the message of the API server', async () => {
  const other = await world.newNamespace();
  await world.apply(other, 'edge', { service: { nodePorts: { web: 30_778 } } });
  await arrives(other, 'Service');
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', { service: { nodePorts: { web: 30_778 } } });
  await world.reason(namespace, 'edge', 'ApplyRefused', /30778.*already allocated/);
  await world.apply(namespace, 'edge', { service: { nodePorts: { web: 80 } } });
  await world.eventually('the range', async () =>
    /not in the valid range.*30000-32767/.test(await world.reason(namespace, 'edge', 'ApplyRefused')),
  );
  await world.apply(namespace, 'edge', { service: { nodePorts: { web: 30_779 } } });
  await world.reason(namespace, 'edge', 'Progressing');
  assert.equal((await arrives(other, 'Service')).spec.ports[0].nodePort, 30_778);
});

test('the update strategy of a Deployment can be changed and changed back', async () => {
  const namespace = await world.newNamespace();
  const strategy = async () => (await child(namespace, 'Deployment'))?.spec.strategy;
  await world.apply(namespace, 'edge');
  await world.eventually('the default', async () => (await strategy())?.rollingUpdate?.maxUnavailable === 0);
  await world.apply(namespace, 'edge', { workload: { updateStrategy: { type: 'Recreate' } } });
  await world.eventually('Recreate', async () => (await strategy())?.type === 'Recreate');
  await world.apply(namespace, 'edge', {
    workload: { updateStrategy: { rollingUpdate: { maxSurge: '50%' } } },
  });
  await world.eventually('rolling', async () => (await strategy())?.rollingUpdate?.maxSurge === '50%');
});

test('a NetworkPolicy and a budget are created when requested and removed when not', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', {
    networkPolicy: { enabled: true, clients: ['10.0.0.0/8', 'fd00::/8'] },
    workload: { disruptionBudget: { minAvailable: '50%' } },
  });
  const { spec } = await arrives(namespace, 'NetworkPolicy');
  assert.deepEqual(spec.ingress[0], {
    ports: [{ port: 8080, protocol: 'TCP' }],
    from: [{ ipBlock: { cidr: '10.0.0.0/8' } }, { ipBlock: { cidr: 'fd00::/8' } }],
  });
  assert.equal(
    spec.ingress[1].from[0].podSelector.matchLabels['app.kubernetes.io/name'],
    'l4balancer-operator',
  );
  assert.equal((await arrives(namespace, 'PodDisruptionBudget')).spec.minAvailable, '50%');
  await world.apply(namespace, 'edge');
  await goes(namespace, 'NetworkPolicy');
  await goes(namespace, 'PodDisruptionBudget');
});

test('a budget protects serving pods and lets a node drain evict the others', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', { workload: { replicas: 2, disruptionBudget: { minAvailable: 2 } } });
  await world.eventually('two pods', async () => (await podsOf(world.transport, namespace)).length === 2);
  const [pod, other] = await podsOf(world.transport, namespace);
  assert.ok(pod !== undefined && other !== undefined);
  const evict = async ({ metadata: { name } }: Anything): Promise<unknown> =>
    world.transport.request({
      method: 'POST',
      path: `/api/v1/namespaces/${namespace}/pods/${name}/eviction`,
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } },
    });
  await letServe(world.transport, namespace);
  await world.eventually(
    'the budget to count them',
    async () => (await child(namespace, 'PodDisruptionBudget'))?.status?.currentHealthy === 2,
  );
  await assert.rejects(evict(pod), /disruption budget/);
  await writePodStatus(world.transport, pod, serving(false));
  await evict(pod);
});

test('a PodMonitor in a cluster without that kind causes a warning, and is created once the kind exists', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', {
    monitoring: { podMonitor: true, labels: { release: 'prometheus' } },
  });
  await world.warned(namespace, 'edge', 'PodMonitorUnknown');
  assert.equal((await fetch(`${operator.url()}/readyz`)).status, 200);
  await world.cp.run(['apply', '--server-side', '-f', '-'], stringify(POD_MONITORS));
  const { metadata, spec } = await arrives(namespace, 'PodMonitor');
  assert.equal(metadata.labels?.release, 'prometheus');
  assert.partialDeepStrictEqual(spec.podMetricsEndpoints, [
    { port: 'admin', path: '/metrics', interval: '30s' },
  ]);
  await world.warned(namespace, 'edge', 'NoWarnings');
  await world.apply(namespace, 'edge');
  await goes(namespace, 'PodMonitor');
});

test('another admin port replaces the pods and frees the old one for a listener; the operator polls each pod at its own port', async (t) => {
  const namespace = await world.newNamespace();
  const proxyAt = async (ip: string, port: number, effective: string): Promise<void> => {
    const tuning = [{ name: 'acceptors', effective, ok: true }];
    const server = http.createServer((_, response) => response.end(JSON.stringify({ tuning })));
    server.listen(port, ip);
    await once(server, 'listening');
    t.after(() => server.close());
  };
  const reads = (effective: string): Promise<void> =>
    world.eventually(`a pod that reports ${effective}`, async () =>
      ((await world.status(namespace, 'edge'))?.tuning ?? []).some((row) => row.effective === effective),
    );
  await proxyAt('127.92.7.1', 9901, '1');
  await proxyAt('127.92.7.2', 9907, '2');

  await world.apply(namespace, 'edge');
  await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length === 1);
  const [old] = await podsOf(world.transport, namespace);
  assert.ok(old !== undefined);
  await writePodStatus(world.transport, old, serving(true, '127.92.7.1'));
  await reads('1');

  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port: 9901, backend: 'web' }],
    workload: { adminPort: 9907 },
  });
  await world.eventually('another pod', async () => (await podsOf(world.transport, namespace)).length === 2);
  const next = (await podsOf(world.transport, namespace)).find(
    ({ metadata }) => metadata.uid !== old.metadata.uid,
  );
  await writePodStatus(world.transport, next ?? assert.fail(), serving(true, '127.92.7.2'));
  await reads('2');
});

test('a capacity sizes the pods, and the status shows the plan', async () => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', { capacity: { connections: 400_000 } });
  const { spec } = await arrives(namespace, 'Deployment');
  assert.equal(spec.replicas, 2);
  assert.deepEqual(spec.template.spec.containers[0].resources, {
    requests: { cpu: '4', memory: '3456Mi' },
    limits: { cpu: '4', memory: '3456Mi' },
  });
  await world.eventually(
    'a plan',
    async () => (await world.status(namespace, 'edge'))?.capacity !== undefined,
  );
  const text = await world.kubectl('describe', 'l4b', 'edge', '-n', namespace);
  assert.match(text, /How Computed:\s+2 replicas with 4 cores each, 50000 connections per core\./);
  assert.match(text, /File Descriptors:\s+401024/);
});
