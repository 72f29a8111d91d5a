import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../../../operator/desired/deployment.ts';
import { MINIMAL, owner, RENDER } from '../owner.ts';

const rendered = (spec: object = {}) => deployment(owner(spec), RENDER);
const podSpec = (spec: object = {}) => rendered(spec).spec.template.spec;
const proxy = (spec: object = {}) => podSpec(spec).containers[0] ?? assert.fail();

const TRAFFIC: readonly (readonly [string, object])[] = [
  [
    'an additional listener',
    { listeners: [...MINIMAL.listeners, { name: 'more', port: 443, backend: 'web' }] },
  ],
  ['another port', { listeners: [{ name: 'web', port: 9090, backend: 'web' }] }],
  ['another backend', { backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 1 }] }] }],
  ['another algorithm', { backends: [{ ...MINIMAL.backends[0], algorithm: 'LeastConnections' }] }],
  ['another Service', { service: { type: 'None' } }],
  ['a pause', { paused: true }],
];

for (const [what, spec] of TRAFFIC)
  test(`${what} does not change a byte of the Deployment`, () => {
    assert.equal(JSON.stringify(rendered(spec)), JSON.stringify(rendered()));
  });

test('scaling does not change the pod template, so that no running pod is restarted', () => {
  const template = (replicas: number) => JSON.stringify(rendered({ workload: { replicas } }).spec.template);
  assert.equal(template(5), template(1));
  assert.equal(rendered({ workload: { replicas: 5 } }).spec.replicas, 5);
});

test('there is one replica by default, and none if the spec requests none', () => {
  assert.equal(rendered().spec.replicas, 1);
  assert.equal(rendered({ workload: { replicas: 0 } }).spec.replicas, 0);
});

test('the profile Tuned produces the pod of the guide', () => {
  const tuned = { tuning: { profile: 'Tuned' } };
  const { resources, env, securityContext } = proxy(tuned);
  assert.deepEqual(resources, { requests: { cpu: '4', memory: '4Gi' }, limits: { cpu: '8', memory: '8Gi' } });
  const value = (name: string) => env.find((one) => one.name === name)?.value;
  assert.equal(value('NUM_ACCEPTORS'), '8');
  assert.equal(value('LOG_LEVEL'), 'error');
  assert.equal(value('L4B_FILE_DESCRIPTORS'), '1048576');
  assert.deepEqual(securityContext, {
    allowPrivilegeEscalation: true,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'], add: ['SYS_RESOURCE'] },
  });
  const sysctls = Object.fromEntries(
    (podSpec(tuned).securityContext.sysctls ?? []).map((one) => [one.name, one.value]),
  );
  assert.equal(sysctls['net.core.somaxconn'], '65535');
  assert.equal(sysctls['net.ipv4.tcp_tw_reuse'], '1');
});

test('an init container writes the unsafe sysctls and no others', () => {
  const written = (minor: number) => {
    const { initContainers = [] } = deployment(
      owner({
        tuning: {
          profile: 'Tuned',
          sysctlMethod: 'InitContainer',
          sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '4096 131072 6291456' }],
        },
      }),
      { ...RENDER, kubelet: { major: 1, minor } },
    ).spec.template.spec;
    return initContainers[0]?.args;
  };
  const always = ['net.core.somaxconn=65535'];
  assert.deepEqual(written(34), ['--set-sysctls', ...always, 'net.ipv4.tcp_tw_reuse=1']);
  assert.deepEqual(written(31), [
    '--set-sysctls',
    ...always,
    'net.ipv4.tcp_rmem=4096 131072 6291456',
    'net.ipv4.tcp_tw_reuse=1',
  ]);
});

test('only the init container is privileged, and it exists only if there are sysctls to write', () => {
  const method = { sysctlMethod: 'InitContainer' };
  assert.equal(podSpec({ tuning: method }).initContainers, undefined);
  const { initContainers = [], containers } = podSpec({ tuning: { profile: 'Tuned', ...method } });
  assert.equal(initContainers[0]?.securityContext.privileged, true);
  assert.ok(!JSON.stringify(containers).includes('privileged'));
});

test('with host networking, a pod sets no network sysctls, reserves its admin port on the node, and resolves names of the cluster', () => {
  const tuning = { profile: 'HostNetwork' };
  const spec = podSpec({ tuning });
  assert.equal(spec.securityContext.sysctls, undefined);
  assert.deepEqual([spec.hostNetwork, spec.dnsPolicy], [true, 'ClusterFirstWithHostNet']);
  assert.deepEqual(proxy({ tuning }).ports, [
    { name: 'admin', containerPort: 9901, protocol: 'TCP', hostPort: 9901 },
  ]);
  // The new pod needs the ports that the old one holds.
  assert.deepEqual(rendered({ tuning }).spec.strategy.rollingUpdate, { maxSurge: 0, maxUnavailable: 1 });
});

test('a Restricted pod has no privileges and can bind port 443 nevertheless', () => {
  const { securityContext } = podSpec();
  const { sysctls = [], ...rest } = securityContext;
  assert.deepEqual(rest, {
    runAsNonRoot: true,
    runAsUser: 65532,
    runAsGroup: 65532,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  assert.ok(
    sysctls.some(({ name, value }) => name === 'net.ipv4.ip_unprivileged_port_start' && value === '0'),
  );
  assert.deepEqual(proxy().securityContext, {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  assert.deepEqual(
    proxy().env.map(({ name }) => name),
    [
      'L4B_NAMESPACE',
      'L4B_NAME',
      'L4B_ADMIN',
      'L4B_GRACE_PERIOD',
      'NUM_ACCEPTORS',
      'LOG_LEVEL',
      'L4B_POD',
      'L4B_NODE',
      'L4B_ZONE',
    ],
  );
});

const ACCEPTORS: readonly (readonly [string, object, string])[] = [
  ['the CPU limit', { workload: { resources: { limits: { cpu: '6' } } } }, '6'],
  ['the whole cores of the CPU limit', { workload: { resources: { limits: { cpu: '2500m' } } } }, '2'],
  ['one if the limit is below one core', { workload: { resources: { limits: { cpu: '300m' } } } }, '1'],
  [
    'the number in the spec',
    { tuning: { acceptors: 3 }, workload: { resources: { limits: { cpu: '4' } } } },
    '3',
  ],
];

for (const [what, spec, expected] of ACCEPTORS)
  test(`the proxy gets the number of acceptors: ${what}`, () => {
    assert.equal(proxy(spec).env.find(({ name }) => name === 'NUM_ACCEPTORS')?.value, expected);
  });

const GRACE: readonly (readonly [string, number])[] = [
  ['60s', 60],
  ['1h30m', 5400],
  ['1500ms', 2],
  ['1s', 1],
];

for (const [terminationGracePeriod, seconds] of GRACE)
  test(`a grace period of ${terminationGracePeriod} is ${seconds} s for the kubelet and is passed to the proxy as written`, () => {
    const spec = { workload: { terminationGracePeriod } };
    assert.equal(podSpec(spec).terminationGracePeriodSeconds, seconds);
    assert.equal(
      proxy(spec).env.find(({ name }) => name === 'L4B_GRACE_PERIOD')?.value,
      terminationGracePeriod,
    );
  });

test('the container declares only the admin port', () => {
  assert.deepEqual(proxy().ports, [{ name: 'admin', containerPort: 9901, protocol: 'TCP' }]);
});

test('another admin port applies to the container and the proxy, and probes refer to it by name', () => {
  const spec = { tuning: { profile: 'HostNetwork' }, workload: { adminPort: 9902 } };
  const { ports, env, startupProbe, readinessProbe, livenessProbe } = proxy(spec);
  assert.deepEqual(ports, [{ name: 'admin', containerPort: 9902, protocol: 'TCP', hostPort: 9902 }]);
  assert.equal(env.find(({ name }) => name === 'L4B_ADMIN')?.value, ':9902');
  for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe])
    assert.equal(httpGet.port, 'admin');
});

test('empty fields of the spec are not rendered, because they would be owned to no purpose', () => {
  const { metadata, spec } = rendered({
    workload: { podAnnotations: {}, podLabels: {}, nodeSelector: {}, tolerations: [], affinity: {} },
  }).spec.template;
  assert.deepEqual(Object.keys(metadata.annotations ?? {}), [
    'kubectl.kubernetes.io/default-container',
    'l4balancer.dev/render-revision',
  ]);
  for (const field of ['nodeSelector', 'tolerations', 'affinity', 'priorityClassName'])
    assert.equal(field in spec, false, field);
});

test('the image in the spec takes precedence over the operator’s', () => {
  assert.equal(proxy().image, RENDER.proxyImage);
  assert.equal(proxy({ workload: { image: 'registry.example/own:1' } }).image, 'registry.example/own:1');
});
