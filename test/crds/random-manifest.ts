import type { Loose } from './base-manifest.ts';
import type { Random } from './random.ts';
import { randomListener } from './random-listener.ts';

/** Kind of workload and network. Fields that depend on them cannot be chosen at random. */
interface Shape {
  readonly tuning?: Loose;
  readonly workload?: Loose;
}
const ANY: Shape = {};
const DAEMON_SET: Shape = { workload: { kind: 'DaemonSet' } };
const HOST_NETWORK: Shape = { tuning: { profile: 'HostNetwork' } };

const given = (name: string, fields: Loose): Loose =>
  Object.keys(fields).length === 0 ? {} : { [name]: fields };

/** A valid manifest with a random subset of fields. */
export const randomManifest = (random: Random): Loose => {
  const backends = random.list(1, 4, (i) => randomBackend(random, `backend-${i}`));
  const names = backends.map(({ name }) => name) as [unknown, ...unknown[]];
  const listeners = random.list(1, 5, (i) => randomListener(random, i, random.pick(names)));
  const udpBackends = new Set(
    listeners.flatMap(({ protocol, backend }) => (protocol === 'UDP' ? [backend] : [])),
  );
  const passedOn = new Set(listeners.flatMap(passedOnBackends));
  const shape = random.pick<Shape>([ANY, ANY, DAEMON_SET, HOST_NETWORK]);
  return {
    apiVersion: 'l4balancer.dev/v1alpha1',
    kind: 'L4Balancer',
    metadata: { name: random.pick(['a', 'edge', 'edge-1', 'n'.repeat(52)]) },
    spec: {
      listeners:
        shape === HOST_NETWORK
          ? listeners.map((listener) => ({
              ...listener,
              ...random.some({ address: () => random.pick(['192.0.2.7', '::', '2001:db8::1', '0.0.0.0']) }),
            }))
          : listeners,
      backends: backends.map(({ proxyProtocol, tls, ...backend }) => ({
        ...backend,
        // Only V2 has headers for datagrams.
        ...(proxyProtocol === undefined || udpBackends.has(backend.name) ? {} : { proxyProtocol }),
        ...(tls === undefined || passedOn.has(backend.name) ? {} : { tls }),
      })),
      ...random.some({
        service: () => randomService(random, listeners.length),
        capacity: () => ({
          connections: random.integer(1, 100_000_000),
          ...random.some({ connectionsPerCore: () => random.integer(100, 1_000_000) }),
        }),
        monitoring: () => random.some({ podMonitor: () => true, labels: () => ({ release: 'a' }) }),
        networkPolicy: () => ({
          enabled: shape !== HOST_NETWORK && random.chance(0.5),
          ...random.some({
            clients: () => ['10.0.0.0/8', 'fd00::/8', '192.0.2.1/24'],
            monitoringNamespaces: () => ({ team: 'watch' }),
          }),
        }),
        readiness: () => random.some({ requireEndpoints: () => random.chance(0.5) }),
        drain: () => random.some({ delay: () => random.pick(['0s', '999ms']), spread: () => false }),
        accessLog: () => random.pick<Loose>([{ mode: 'Off' }, { mode: 'Errors' }, { mode: 'All' }]),
        paused: () => random.chance(0.5),
      }),
      ...given('tuning', { ...random.some(tuningFields(random, shape)), ...shape.tuning }),
      ...given('workload', { ...random.some(workloadFields(random, shape)), ...shape.workload }),
    },
  };
};

/** The backends of a listener whose bytes are passed on as they are. */
const passedOnBackends = ({ protocol, backend, tls }: Loose): readonly unknown[] => {
  const { mode, routes } = (tls ?? {}) as { readonly mode?: string; readonly routes?: readonly Loose[] };
  if (protocol !== 'UDP' && mode !== 'Passthrough') return [];
  return [backend, ...(routes ?? []).map((route) => route.backend)];
};

const randomBackendTls = (random: Random): Loose => ({
  ...random.pick<Loose>([
    {},
    { mode: 'Insecure' },
    { mode: 'Verify', caRef: { name: 'pg-ca' } },
    { caRef: { kind: 'Secret', name: 'pg.tls', key: 'ca-bundle_1.pem' } },
  ]),
  ...random.some({
    serverName: () => random.pick(['pg.internal', 'a', `${'a'.repeat(248)}.test`]),
    clientCertificateRef: () => ({ name: 'proxy-tls' }),
    minVersion: () => random.pick(['TLS1.2', 'TLS1.3']),
    alpn: () => ['h2', 'http/1.1'],
  }),
});

const randomBackend = (random: Random, name: string): Loose => ({
  name,
  ...(random.chance(0.5)
    ? {
        service: {
          name: random.pick(['web', '9-to-5', 's'.repeat(63)]),
          port: random.pick([1, 80, 65535, 'http', 'web-1']),
        },
      }
    : { endpoints: random.list(1, 6, (i) => randomEndpoint(random, i)) }),
  ...random.some({
    algorithm: () => random.pick(['RoundRobin', 'LeastConnections', 'Random', 'SourceHash', 'Maglev']),
    healthCheck: () => randomHealthCheck(random),
    connect: () =>
      random.some({
        timeout: () => random.pick(['10ms', '2s', '5m']),
        retries: () => random.integer(0, 10),
        retryBudgetPercent: () => random.integer(0, 100),
      }),
    outlierDetection: () =>
      random.some({
        consecutiveFailures: () => random.integer(1, 1000),
        ejectionTime: () => random.pick(['1s', '30s', '1h']),
        maxEjectionPercent: () => random.integer(0, 100),
      }),
    panicThresholdPercent: () => random.integer(0, 100),
    slowStart: () => random.pick(['1s', '1h']),
    maxConnectionsPerEndpoint: () => random.integer(1, 1_000_000),
    drained: () => random.pick([[], ['10.0.0.1'], ['10.0.0.1:80', '[2001:db8::1]:443', 'fd00::2']]),
    proxyProtocol: () =>
      random.pick<Loose>([
        { version: 'V1' },
        { version: 'V1', tlvs: [] },
        { version: 'V2', tlvs: ['UniqueId', 'CRC32C'] },
      ]),
    tls: () => randomBackendTls(random),
    drain: () =>
      random.some({
        onRemoval: () => random.pick(['Keep', 'Close']),
        onUnhealthy: () => random.pick(['Keep', 'Close']),
      }),
  }),
});

const randomEndpoint = (random: Random, i: number): Loose => ({
  address: random.pick([
    `10.0.0.${i}`,
    `fd00::${i}`,
    `FD00:0:0::A${i}`,
    `64:ff9b::192.0.2.${i}`,
    `::ffff:10.9.0.${i}`,
  ]),
  // Differs from the listeners' ports, so that a loopback address would be valid, too.
  port: 20000 + i,
  ...(i === 0
    ? { weight: random.integer(1, 256) }
    : random.some({ weight: () => random.integer(0, 256), backup: () => true })),
});

const randomHealthCheck = (random: Random): Loose => {
  const type = random.pick(['TCP', 'TLS', 'HTTP', 'GRPC', 'UDP', 'ICMP']);
  const http = () =>
    random.some({
      path: () => random.pick(['/', '/health?full=1', `/${'p'.repeat(1023)}`]),
      expectedStatuses: () => random.pick([[200], [200, 204, 301], [100, 599]]),
      host: () => random.pick(['web.internal', 'Web_1:8080', '192.0.2.1:65535', 'w']),
      tls: () => random.chance(0.5),
    });
  const tls = () => random.some({ serverName: () => 'db.example.com' });
  const grpc = () => random.some({ service: () => random.pick(['', 'a.b.C']) });
  const bytes = () => random.pick(['status\n', '\\x00\\xfF\\\\', '~[]', 'y'.repeat(1024)]);
  const udp = () => random.some({ send: bytes, expect: bytes });
  const details: Readonly<Record<string, Record<string, () => unknown>>> = {
    TLS: { tls },
    HTTP: { http },
    GRPC: { grpc },
    UDP: { udp },
  };
  return {
    ...(type === 'TCP' ? random.some({ type: () => type }) : { type, ...random.some(details[type] ?? {}) }),
    ...random.pick<Loose>([
      {},
      { interval: '100ms', timeout: '100ms' },
      { interval: '1h', timeout: '59m60s' },
    ]),
    ...random.some({
      ...(type === 'ICMP' ? {} : { port: () => random.pick([1, 8081, 65535]) }),
      healthyThreshold: () => random.integer(1, 10),
      unhealthyThreshold: () => random.integer(1, 10),
    }),
  };
};

const tuningFields = (random: Random, shape: Shape): Record<string, () => unknown> => ({
  profile: () => random.pick(['Restricted', 'Tuned']),
  // One acceptor is within every limit.
  acceptors: () => 1,
  sysctls: () =>
    shape === HOST_NETWORK
      ? [{ name: 'kernel.shmmax', value: '1' }]
      : random.pick([
          [],
          [{ name: 'net.core.somaxconn', value: '4096' }],
          [
            { name: 'net.ipv4.ip_local_port_range', value: '1024\t65535' },
            { name: 'kernel.shmmax', value: '1' },
          ],
        ]),
  sysctlMethod: () => random.pick(['PodSpec', 'InitContainer']),
  fileDescriptors: () => random.integer(1024, 1048576),
  capabilities: () => random.pick([[], ['IPC_LOCK'], ['NET_BIND_SERVICE', 'SYS_RESOURCE']]),
  logLevel: () => random.pick(['error', 'warn', 'info', 'debug']),
});

/** Fields on the number of pods, which DaemonSets and the host network do not allow. */
const scalingFields = (random: Random, shape: Shape): Record<string, () => unknown> =>
  shape === ANY
    ? {
        kind: () => 'Deployment',
        autoscaling: () => random.pick<Loose>([{ maxReplicas: 2 }, { minReplicas: 1, maxReplicas: 1000 }]),
        replicas: () => random.integer(0, 1000),
      }
    : {};

const workloadFields = (random: Random, shape: Shape): Record<string, () => unknown> => ({
  ...scalingFields(random, shape),
  disruptionBudget: () =>
    shape === DAEMON_SET
      ? { minAvailable: 1 }
      : random.pick<Loose>([{}, { minAvailable: 0 }, { maxUnavailable: '100%' }]),
  updateStrategy: () =>
    random.pick<Loose>([
      {},
      { type: shape === DAEMON_SET ? 'OnDelete' : 'Recreate' },
      { rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
    ]),
  extraResources: () => random.pick<Loose>([{}, { 'intel.com/sriov': 1, 'example.com/nic': '2' }]),
  // Differs from the listeners' ports.
  adminPort: () => random.pick([9901, 15_000, 65_535]),
  imagePullSecrets: () => [{ name: 'registry' }],
  topologySpreadConstraints: () => [
    { topologyKey: 'example.com/rack', whenUnsatisfiable: 'DoNotSchedule', minDomains: 2 },
  ],
  image: () => random.pick(['proxy', `registry.example:5000/a/proxy:1@sha256:${'0f'.repeat(32)}`]),
  resources: () =>
    random.pick<Loose>([
      {},
      { limits: { cpu: '100m' } },
      { limits: { memory: '64Mi' } },
      { requests: { cpu: 1, memory: '0.5Gi' }, limits: { cpu: '1.0', memory: 536870912 } },
      { requests: { cpu: '1000m' } },
      { requests: { memory: '512Mi' } },
      { limits: { cpu: 300, memory: '1Ti' } },
    ]),
  nodeSelector: () => random.pick([{}, { 'kubernetes.io/os': 'linux', empty: '' }]),
  tolerations: () =>
    random.pick([
      [],
      [{ operator: 'Exists' }],
      [
        { key: 'a', value: 'b' },
        { key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 0 },
      ],
    ]),
  affinity: () => random.pick([{}, { nodeAffinity: { anything: [1, null, { deep: true }] } }]),
  priorityClassName: () => random.pick(['high', 'a.b-c']),
  podAnnotations: () => random.pick([{}, { 'example.com/note': 'any “text”\nat all' }]),
  podLabels: () => random.pick([{}, { team: 'edge', 'example.com/x': '' }]),
  terminationGracePeriod: () => random.pick(['1s', '24h', '1500ms']),
});

const randomService = (random: Random, listeners: number): Loose => {
  const nodePorts = { [`listener-${random.integer(0, listeners - 1)}`]: random.integer(1, 65535) };
  const withService = random.some({
    labels: () => random.pick<Loose>([{}, { team: 'edge' }]),
    ipFamilyPolicy: () => random.pick(['SingleStack', 'PreferDualStack', 'RequireDualStack']),
    sessionAffinity: () => random.pick(['None', 'ClientIP']),
    protocols: () => random.pick(['Together', 'Separate']),
  });
  return random.pick<Loose>([
    {},
    { type: 'None', annotations: {} },
    { type: 'ClusterIP', annotations: { a: 'b' }, ...withService },
    { type: 'NodePort', externalTrafficPolicy: 'Local', nodePorts, ...withService },
    { loadBalancerClass: 'internal', externalTrafficPolicy: 'Cluster', nodePorts, ...withService },
    { type: 'LoadBalancer', loadBalancerClass: 'example.com/Internal_1', loadBalancerIP: '192.0.2.9' },
    { loadBalancerSourceRanges: ['10.0.0.0/8', 'fd00::/8', '192.0.2.1/24'], ...withService },
  ]);
};
