import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import type { WarningReason } from '../../../report/reasons/warning-reasons.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { bind, podsOf, serving, writePodStatus } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;
let login: string;

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

const applied = async (spec: object): Promise<string> => {
  const namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', spec);
  return namespace;
};

const size = (cpu: string, memory: string) => ({
  resources: { requests: { cpu, memory }, limits: { cpu, memory } },
});
const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

/** A spec, and the resulting condition Warnings at the API server. */
const OF_SPECS: readonly {
  readonly when: string;
  readonly spec: object;
  readonly reason: WarningReason;
  readonly message: RegExp;
}[] = [
  {
    when: 'everything suffices',
    spec: { capacity: { connections: 400_000 } },
    reason: 'NoWarnings',
    message: /^$/,
  },
  {
    when: 'there are more acceptors than reserved cores',
    spec: { workload: { resources: { limits: { cpu: '2' } } } },
    reason: 'AcceptorsAboveRequest',
    message: /^2 acceptors share a CPU request of /,
  },
  {
    when: 'the addresses of clients do not reach the proxies',
    spec: {
      listeners: [{ name: 'web', port: 8080, backend: 'web', sources: { allow: ['10.0.0.0/8'] } }],
    },
    reason: 'SourcesHidden',
    message:
      /^sources and limits by source of listener "web" may see the addresses of nodes .* set it to Local/,
  },
  {
    when: 'replicas know nothing of the connection IDs that others have learned',
    spec: {
      listeners: [
        {
          name: 'quic',
          port: 8443,
          protocol: 'UDP',
          backend: 'web',
          stickiness: { type: 'QuicConnectionId' },
        },
      ],
      workload: { replicas: 2 },
    },
    reason: 'ConnectionIdsNotShared',
    message: /^Listener "quic" may lose a client whose address changes, .* \(there are 2\)/,
  },
  {
    when: 'a limit that replicas share is less than one connection for each',
    spec: {
      listeners: [{ name: 'web', port: 8080, backend: 'web', limits: { scope: 'Cluster', connections: 2 } }],
      workload: { replicas: 3 },
    },
    reason: 'SharedLimitTooSmall',
    message: /^limits\.connections of listener "web" is 2, and 3 replicas share it: .* run fewer replicas\.$/,
  },
  {
    when: 'there are too few cores for the connections',
    spec: { capacity: { connections: 400_000 }, workload: { replicas: 2, ...size('1', '8Gi') } },
    reason: 'TooFewCores',
    message: /That takes 8 replicas of this size: raise workload\.replicas\.$/,
  },
  {
    when: 'there is too little memory for the connections, even with the maximum of an autoscaler',
    spec: {
      capacity: { connections: 200_000 },
      workload: { autoscaling: { minReplicas: 1, maxReplicas: 2 }, ...size('2', '1Gi') },
    },
    reason: 'TooLittleMemory',
    message:
      /^The memory limit is too low .* has 1Gi\. Raise workload\.resources\.limits\.memory or workload\.autoscaling\.maxReplicas/,
  },
  {
    when: 'the file descriptor limit is too low',
    spec: {
      capacity: { connections: 200_000 },
      tuning: { fileDescriptors: 65_536 },
      workload: { replicas: 2 },
    },
    reason: 'TooFewDescriptors',
    message: /^The file descriptor limit is too low .* expected to be 65536\. Raise tuning\.fileDescriptors/,
  },
  {
    when: 'a backend has too few endpoints',
    spec: {
      capacity: { connections: 400_000 },
      backends: [{ name: 'web', endpoints: addresses.map((address) => ({ address, port: 80 })) }],
    },
    reason: 'TooFewSourcePorts',
    message: /^Backend "web" needs 4 endpoints/,
  },
];

for (const { when, spec, reason, message } of OF_SPECS)
  test(`${reason}: ${when}`, async () => {
    const namespace = await applied(spec);
    await world.warned(namespace, 'edge', reason, message);
  });

test('ReplicasIgnored: kubectl scale has no effect with an autoscaler; scaling to 1 ends the warning', async () => {
  const autoscaling = { minReplicas: 2, maxReplicas: 5 };
  const namespace = await applied({ workload: { autoscaling } });
  await world.warned(namespace, 'edge', 'NoWarnings');
  const scale = (replicas: number) =>
    world.kubectl('scale', 'l4b/edge', '-n', namespace, `--replicas=${replicas}`);
  await scale(4);
  await world.warned(
    namespace,
    'edge',
    'ReplicasIgnored',
    /^workload\.replicas is 4 \(perhaps set by kubectl scale\) but has no effect: the HorizontalPodAutoscaler runs 2 to 5 pods\./,
  );
  await scale(1);
  await world.warned(namespace, 'edge', 'NoWarnings');
});

test('with a capacity, kubectl scale to 1 changes nothing and the plan says why; another number is used', async () => {
  const namespace = await applied({ capacity: { connections: 400_000 } });
  const scale = (replicas: number) =>
    world.kubectl('scale', 'l4b/edge', '-n', namespace, `--replicas=${replicas}`);
  const pods = async () => (await world.get('apps/v1', 'Deployment', namespace, 'l4b-edge'))?.spec.replicas;
  const plan = async () => (await world.status(namespace, 'edge'))?.capacity?.howComputed ?? '';
  await scale(1);
  await world.eventually('the plan', async () =>
    /even if kubectl scale has set it: 2 replicas are planned/.test(await plan()),
  );
  assert.equal(await pods(), 2);
  await scale(3);
  await world.eventually('three', async () => (await pods()) === 3);
  await world.eventually('another plan', async () => /^3 replicas /.test(await plan()));
  assert.doesNotMatch(await plan(), /kubectl scale/);
});

test('ReplicasUnschedulable: no node can run one of the replicas; scheduling it ends the warning', async () => {
  const namespace = await applied({ workload: { replicas: 2 } });
  await world.eventually('pods', async () => (await podsOf(world.transport, namespace)).length === 2);
  const [pod] = await podsOf(world.transport, namespace);
  assert.ok(pod);
  const scheduled = (status: string, more: object = {}) =>
    writePodStatus(world.transport, pod, {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status, ...more }],
    });
  await scheduled('False', {
    reason: 'Unschedulable',
    message: '0/3 nodes are available: 3 Insufficient cpu.',
  });
  await world.warned(namespace, 'edge', 'ReplicasUnschedulable', /3 Insufficient cpu\./);
  await bind(world.transport, pod, 'node-7');
  await scheduled('True', { reason: '', message: '' });
  await world.warned(namespace, 'edge', 'NoWarnings');
});

test('SharesWithheld: a pod that runs and does not answer keeps a limit for all replicas from the others', async () => {
  const spec = (limits: object) => ({ listeners: [{ name: 'web', port: 8080, backend: 'web', limits }] });
  const namespace = await applied(spec({ connections: 100 }));
  await world.eventually('a pod', async () => (await podsOf(world.transport, namespace)).length === 1);
  const [pod = assert.fail('no pod')] = await podsOf(world.transport, namespace);
  await bind(world.transport, pod, 'node-8');
  await writePodStatus(world.transport, pod, serving(false, '192.0.2.77'));
  // It serves without shares, so it may have all of the limit until it says otherwise.
  await world.apply(namespace, 'edge', spec({ scope: 'Cluster', connections: 100 }));
  await world.warned(
    namespace,
    'edge',
    'SharesWithheld',
    /^Pod "l4b-edge-\S+" withholds all connections of listener "web" from the other replicas: it does not answer .* Check node "node-8"/,
  );
  await writePodStatus(world.transport, pod, { phase: 'Failed' });
  await world.warned(namespace, 'edge', 'NoWarnings');
});

const OURS = readFileSync(new URL('../../../crds/l4balancers.yaml', import.meta.url), 'utf8');
const define = (text: string) => world.cp.run(['apply', '--server-side', '-f', '-'], text);

/** The definition without its validation rules. */
const withoutRules = (part: unknown): unknown => {
  if (Array.isArray(part)) return part.map(withoutRules);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part)
      .filter(([key]) => key !== 'x-kubernetes-validations')
      .map(([key, value]) => [key, withoutRules(value)]),
  );
};

test('NoLongerAdmitted: values that were stored before a rule refused them keep working, and are refused in new writes', async () => {
  await operator.stop();
  await define(JSON.stringify(withoutRules(parse(OURS))));
  const namespace = await world.newNamespace();
  const checked = (name: string, healthCheck: object) => ({
    name,
    endpoints: [{ address: '192.0.2.1', port: 80 }],
    healthCheck,
  });
  const stored = {
    own: {
      backends: [
        { name: 'web', service: { name: 'l4b-own', port: 80 } },
        checked('tcp', { type: 'TCP', tls: {} }),
        checked('http', { type: 'HTTP', http: { path: '/a#b' } }),
      ],
    },
    drained: { drain: { delay: '60s' } },
  };
  for (const [name, spec] of Object.entries(stored))
    await world.eventually(`the API server to accept ${name}`, () =>
      world.apply(namespace, name, spec).then(
        () => true,
        () => false,
      ),
    );
  await define(OURS);
  const refused = (name: string, spec: object): Promise<boolean> =>
    world.apply(namespace, name, spec).then(
      () => false,
      (error: Error) => /is invalid/.test(error.message),
    );
  await world.eventually('the rules to be back', () => refused('drained-2', stored.drained));
  assert.ok(await refused('own', { backends: [...stored.own.backends, checked('more', { grpc: {} })] }));

  operator = startOperator(login);
  const message = await world.warned(
    namespace,
    'own',
    'NoLongerAdmitted',
    /^The spec contains values that would be refused today: spec\.backends\[0\]\.service\.name "l4b-own" is /,
  );
  assert.match(message, /spec\.backends\[1\]\.healthCheck\.tls is set, .*: tls has no effect/);
  assert.match(message, /spec\.backends\[2\]\.healthCheck\.http\.path "\/a#b" has a fragment/);
  await world.warned(namespace, 'drained', 'NoLongerAdmitted', /spec\.drain\.delay 60s uses up /);
  for (const name of Object.keys(stored)) await world.reason(namespace, name, 'Progressing');

  await world.kubectl('delete', 'serviceaccount/l4b-own', 'serviceaccount/l4b-drained', '-n', namespace);
  for (const name of Object.keys(stored))
    await world.eventually(`the account of ${name} to be back`, async () => {
      return (await world.get('v1', 'ServiceAccount', namespace, `l4b-${name}`)) !== undefined;
    });
  // A change to other fields is accepted, and a change that corrects the value ends the warning.
  await world.apply(namespace, 'own', { ...stored.own, accessLog: { mode: 'All' } });
  await world.settled(namespace, 'own', 2);
  await world.apply(namespace, 'drained', { drain: { delay: '50s' } });
  await world.warned(namespace, 'drained', 'NoWarnings');
});

test('DefinitionOlder and DefinitionNewer: the cluster’s definition differs from the operator’s until it is upgraded', async () => {
  await operator.stop();
  const definition = parse(OURS);
  const { spec } = definition.spec.versions[0].schema.openAPIV3Schema.properties;
  const backend = spec.properties.backends.items.properties;
  const { panicThresholdPercent: _, ...others } = backend;
  spec.properties.backends.items.properties = others;
  spec.properties.fromTheFuture = { type: 'boolean' };
  // DefinitionOlder comes first, and its message includes both texts.
  await define(JSON.stringify(definition));
  const path = '/openapi/v3/apis/l4balancer.dev/v1alpha1';
  await world.eventually('the definition to be served', async () =>
    (await world.kubectl('get', '--raw', path)).includes('fromTheFuture'),
  );
  operator = startOperator(login);
  const namespace = await applied({});
  const message = await world.warned(
    namespace,
    'edge',
    'DefinitionOlder',
    /it lacks spec\.backends\[\]\.panicThresholdPercent, which the API server silently drops/,
  );
  assert.match(message, /does not know and ignores spec\.fromTheFuture/);
  assert.equal(await operator.metric('l4balancer_operator_definition_differences{known_by="operator"}'), 1);

  // A newer definition has everything that the older one has.
  spec.properties.backends.items.properties = backend;
  await define(JSON.stringify(definition));
  await world.warned(namespace, 'edge', 'DefinitionNewer');
});
