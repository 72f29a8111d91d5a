import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { installDefinition } from '../../cluster/control-plane/definition.ts';
import { patternPath } from '../../crds/path.ts';
import { SPEC_SCHEMA } from '../../crds/schemas.ts';
import type { Structural } from '../../crds/structural.ts';
import { createWriter, type Manifest, type Writer } from '../../kube/apply.ts';
import { connect } from '../../kube/connect.ts';
import type { Transport } from '../../kube/transport.ts';
import { type Loose, manifestWith } from './base-manifest.ts';

let cluster: ControlPlane;
let transport: Transport;
let user: Writer;

before(async () => {
  cluster = await startControlPlane();
  await installDefinition(cluster);
  transport = await connect({ kubeconfig: cluster.kubeconfig });
  user = createWriter(transport, 'user');
});

after(async () => {
  await transport?.close();
  await cluster?.stop();
});

/** All fields of the spec that may be `{}`. */
const emptiable = (schema: Structural, path: string): readonly string[] => [
  ...(schema.type === 'object' && schema.required === undefined && !path.endsWith('[]') ? [path] : []),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, part]) =>
    emptiable(part, path === '' ? name : `${path}.${name}`),
  ),
  ...(schema.items === undefined ? [] : emptiable(schema.items, `${path}[]`)),
];

const LABELS = { team: 'edge' };
const AFFINE = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } };
const WEB = { name: 'web', service: { name: 'web', port: 80 } };

/**
 * By path, a valid spec with entries there: as many as the object can have, so that nothing but an entry that
 * was set could keep it from being empty.
 */
const FULL: Readonly<Record<string, Loose>> = {
  'listeners[].limits': {
    listeners: [{ name: 'web', port: 8080, backend: 'web', limits: { connections: 5 } }],
  },
  ...Object.fromEntries(
    (['bandwidth', 'bandwidthPerConnection', 'bandwidthPerSource'] as const).map((field) => [
      `listeners[].limits.${field}`,
      { listeners: [{ name: 'web', port: 8080, backend: 'web', limits: { [field]: { upload: '1M' } } }] },
    ]),
  ),
  'listeners[].timeouts': {
    listeners: [{ name: 'web', port: 8080, backend: 'web', timeouts: { idle: '2h' } }],
  },
  'listeners[].sources': {
    listeners: [
      {
        name: 'web',
        port: 8080,
        backend: 'web',
        sources: { allow: ['10.0.0.0/8'], deny: ['10.9.0.0/16'], fromConfigMaps: [{ name: 'blocked' }] },
      },
    ],
  },
  'listeners[].timeouts.keepalive': {
    listeners: [{ name: 'web', port: 8080, backend: 'web', timeouts: { keepalive: { probes: 3 } } }],
  },
  'listeners[].tls.clientCertificates': {
    listeners: [
      {
        name: 'web',
        port: 8080,
        backend: 'web',
        tls: {
          mode: 'Terminate',
          certificateRefs: [{ name: 'web' }],
          clientCertificates: { mode: 'Require', caRefs: [{ name: 'ca' }], depth: 2 },
        },
      },
    ],
  },
  'backends[].tls': {
    backends: [{ ...WEB, tls: { caRef: { name: 'ca' }, serverName: 'web.example', minVersion: 'TLS1.3' } }],
  },
  'backends[].healthCheck': {
    backends: [
      {
        ...WEB,
        healthCheck: {
          type: 'TCP',
          interval: '6s',
          timeout: '2s',
          healthyThreshold: 3,
          unhealthyThreshold: 4,
        },
      },
    ],
  },
  'backends[].healthCheck.http': {
    backends: [{ ...WEB, healthCheck: { type: 'HTTP', http: { path: '/health', expectedStatuses: [204] } } }],
  },
  'backends[].healthCheck.tls': {
    backends: [{ ...WEB, healthCheck: { type: 'TLS', tls: { serverName: 'web.example' } } }],
  },
  'backends[].healthCheck.grpc': {
    backends: [{ ...WEB, healthCheck: { type: 'GRPC', grpc: { service: 'web' } } }],
  },
  'backends[].healthCheck.udp': {
    backends: [{ ...WEB, healthCheck: { type: 'UDP', udp: { send: 'status', expect: 'ok' } } }],
  },
  'backends[].outlierDetection': {
    backends: [
      {
        ...WEB,
        outlierDetection: { consecutiveFailures: 6, ejectionTime: '40s', maxEjectionPercent: 60 },
      },
    ],
  },
  'backends[].connect': {
    backends: [
      { ...WEB, connect: { timeout: '6s', retries: 3, totalTimeout: '16s', retryBudgetPercent: 50 } },
    ],
  },
  'backends[].drain': { backends: [{ ...WEB, drain: { onRemoval: 'Close' } }] },
  tuning: {
    tuning: {
      profile: 'Tuned',
      acceptors: 2,
      sysctls: [{ name: 'net.core.somaxconn', value: '1024' }],
      sysctlMethod: 'InitContainer',
      fileDescriptors: 65536,
      capabilities: ['IPC_LOCK'],
      logLevel: 'warn',
    },
  },
  workload: {
    workload: { kind: 'Deployment', replicas: 2, terminationGracePeriod: '30s', nodeSelector: LABELS },
  },
  'workload.resources': { workload: { resources: { limits: { cpu: '2' } } } },
  'workload.resources.requests': { workload: { resources: { requests: { cpu: '100m', memory: '64Mi' } } } },
  'workload.resources.limits': { workload: { resources: { limits: { cpu: '2', memory: '1Gi' } } } },
  'workload.extraResources': { workload: { extraResources: { 'intel.com/sriov': 1 } } },
  'workload.nodeSelector': { workload: { nodeSelector: LABELS } },
  'workload.affinity': { workload: { affinity: { nodeAffinity: AFFINE } } },
  'workload.affinity.nodeAffinity': { workload: { affinity: { nodeAffinity: AFFINE } } },
  'workload.affinity.podAffinity': { workload: { affinity: { podAffinity: AFFINE } } },
  'workload.affinity.podAntiAffinity': { workload: { affinity: { podAntiAffinity: AFFINE } } },
  'workload.topologySpreadConstraints[].labelSelector': {
    workload: {
      topologySpreadConstraints: [
        {
          topologyKey: 'zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: LABELS },
        },
      ],
    },
  },
  'workload.podAnnotations': { workload: { podAnnotations: LABELS } },
  'workload.podLabels': { workload: { podLabels: LABELS } },
  'workload.disruptionBudget': { workload: { disruptionBudget: { minAvailable: 1 } } },
  'workload.updateStrategy': { workload: { updateStrategy: { type: 'Recreate' } } },
  'workload.updateStrategy.rollingUpdate': {
    workload: { updateStrategy: { rollingUpdate: { maxSurge: 2 } } },
  },
  service: {
    service: {
      type: 'LoadBalancer',
      labels: LABELS,
      annotations: LABELS,
      externalTrafficPolicy: 'Local',
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      nodePorts: { web: 30080 },
      sessionAffinity: 'ClientIP',
    },
  },
  'service.labels': { service: { labels: LABELS } },
  'service.nodePorts': { service: { nodePorts: { web: 30080 } } },
  'service.annotations': { service: { annotations: LABELS } },
  drain: { drain: { delay: '5s', spread: false } },
  networkPolicy: {
    networkPolicy: { enabled: true, clients: ['10.0.0.0/8'], monitoringNamespaces: LABELS },
  },
  'networkPolicy.monitoringNamespaces': { networkPolicy: { monitoringNamespaces: LABELS } },
  monitoring: { monitoring: { podMonitor: true, labels: LABELS, interval: '1m' } },
  readiness: { readiness: { requireEndpoints: false } },
  'monitoring.labels': { monitoring: { labels: LABELS } },
  accessLog: { accessLog: { mode: 'Sampled', sampleOneIn: 7 } },
};

const emptied = (spec: Loose, path: string): Loose => {
  const copy = structuredClone(spec);
  const steps = patternPath(path).map((step) => (step === '[]' ? 0 : step));
  const last = steps.pop() ?? assert.fail();
  // biome-ignore lint/suspicious/noExplicitAny: the path leads through objects of any shape.
  const parent = steps.reduce<any>((part, step) => part[step], copy);
  parent[last] = {};
  return copy;
};

type WithSpec = Manifest & { readonly spec: Loose };

const named = (name: string, spec: Loose): WithSpec =>
  ({ ...manifestWith(spec), metadata: { name, namespace: 'default' } }) as unknown as WithSpec;

/** Applies a spec as a user and returns the stored one. */
const applied = async (name: string, spec: Loose): Promise<Loose> =>
  ((await user.apply(named(name, spec))) as WithSpec).spec;

const PATHS = emptiable(SPEC_SCHEMA, '');
/** Objects that a rule refuses without entries. */
const NEVER_EMPTY: Readonly<Record<string, RegExp>> = {
  'listeners[].tls.clientCertificates': /caRefs/,
};

test('the test has a spec with entries for every object that can be emptied', () => {
  assert.deepEqual([...PATHS].sort(), Object.keys(FULL).sort());
});

for (const [index, path] of PATHS.entries())
  test(`applying {} to ${path} after entries has the same result as applying {} first`, async () => {
    const full = FULL[path] ?? assert.fail('no spec with entries');
    const empty = emptied(full, path);
    await applied(`was-full-${index}`, full);
    const refused = NEVER_EMPTY[path];
    if (refused !== undefined) {
      await assert.rejects(applied(`was-full-${index}`, empty), refused);
      return;
    }
    const then = await applied(`was-full-${index}`, empty);
    assert.deepEqual(then, await applied(`never-full-${index}`, empty));
  });

test('kubectl apply empties several maps at once, client-side and server-side', async () => {
  const maps = ['podAnnotations', 'podLabels', 'nodeSelector'].map((name) => `workload.${name}`);
  const full = Object.assign({}, ...maps.map((path) => FULL[path]));
  full.workload = Object.assign({}, ...maps.map((path) => FULL[path]?.workload));
  const empty = maps.reduce(emptied, full);
  for (const [name, how] of [
    ['client', []],
    ['server', ['--server-side']],
  ] as const) {
    const apply = (spec: Loose) =>
      cluster.run(['apply', ...how, '-f', '-'], JSON.stringify(named(`kubectl-${name}`, spec)));
    await apply(full);
    await apply(empty);
    const path = 'jsonpath={.spec.workload}';
    const { podAnnotations, podLabels, nodeSelector } = JSON.parse(
      await cluster.run(['get', 'l4b', `kubectl-${name}`, '-o', path]),
    );
    assert.deepEqual([podAnnotations, podLabels, nodeSelector], [{}, {}, {}]);
  }
});

test('emptied capabilities stay empty and do not fall back to those of the profile', async () => {
  const tuned = (capabilities: readonly string[]) => ({ tuning: { profile: 'Tuned', capabilities } });
  await applied('capable', tuned(['SYS_RESOURCE']));
  const { tuning } = (await applied('capable', tuned([]))) as { tuning?: Loose };
  assert.deepEqual(tuning?.capabilities, []);
});
