import {
  type Loose,
  manifest,
  manifestWith,
  manifestWithBackend,
  manifestWithEndpoints,
  manifestWithListener,
} from './base-manifest.ts';

const resources = (requests: Loose, limits: Loose, tuning: Loose = {}): Loose =>
  manifestWith({ tuning, workload: { resources: { requests, limits } } });

/** Manifests that are just valid: each would be refused if a rule were off by one. */
export const GOOD_MANIFESTS: Readonly<Record<string, Loose>> = {
  'listeners with an address on the host network': manifestWith({
    listeners: [
      { name: 'web', port: 8080, backend: 'web', address: '192.0.2.7' },
      { name: 'api', port: 8081, backend: 'web', address: '::' },
      { name: 'mapped', port: 8082, backend: 'web', address: '::ffff:192.0.2.7' },
      { name: 'experimental', port: 8083, backend: 'web', address: '240.0.0.1' },
      { name: 'global', port: 8084, backend: 'web', address: 'fec0::1' },
    ],
    tuning: { profile: 'HostNetwork' },
  }),
  'sources of every kind, to the last bit': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({
      name: `l${i}`,
      port: 8080 + i,
      backend: 'web',
      sources: {
        allow: ['0.0.0.0/0', '::/0', '192.0.2.1', '2001:db8::1', '10.0.0.0/8', '192.0.2.2/31', 'fe80::/10'],
        deny: Array.from({ length: 256 }, (_, j) => `2001:db8:${j.toString(16)}:8000::/49`),
        fromConfigMaps: [{ name: 'blocked' }, { name: 'a.b-c' }],
      },
    })),
  }),
  'as many acceptors as the profile has cores': manifestWith({ tuning: { profile: 'Tuned', acceptors: 8 } }),
  'as many acceptors as whole cores in the limit': resources({}, { cpu: '2500m' }, { acceptors: 2 }),
  'as many acceptors as cores in a numeric limit': resources({}, { cpu: 3 }, { acceptors: 3 }),
  'one acceptor on a tenth of a core': resources({}, { cpu: '100m' }, { acceptors: 1 }),
  'requests as large as the limits': resources({ cpu: '2000m', memory: '1Gi' }, { cpu: 2, memory: '1024Mi' }),
  'requests as large as the limits of the profile': resources({ cpu: 1, memory: '512Mi' }, {}),
  'limits below the requests of the profile': resources({}, { cpu: '1m', memory: '64Mi' }),
  'the shortest durations': manifest((spec) => {
    spec.listeners = [
      {
        name: 'web',
        port: 8080,
        backend: 'web',
        timeouts: { idle: '1s', halfClosed: '1s', handshake: '100ms' },
      },
    ];
    spec.backends = [
      {
        name: 'web',
        service: { name: 'web', port: 80 },
        healthCheck: { interval: '100ms', timeout: '10ms' },
        connect: { timeout: '10ms', retries: 0 },
      },
    ];
    spec.workload = { terminationGracePeriod: '1s' };
    spec.drain = { delay: '999ms' };
  }),
  'the longest durations': manifest((spec) => {
    spec.listeners = [
      {
        name: 'web',
        port: 8080,
        backend: 'web',
        timeouts: { idle: '168h', halfClosed: '168h', handshake: '5m' },
      },
    ];
    spec.backends = [
      {
        name: 'web',
        service: { name: 'web', port: 80 },
        healthCheck: { interval: '60m', timeout: '3600s' },
        connect: { timeout: '5m', retries: 10 },
      },
    ];
    spec.workload = { terminationGracePeriod: '24h' };
    spec.drain = { delay: '1h' };
  }),
  '64 listeners and backends with 256 endpoints': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({ name: `l${i}`, port: 1 + i, backend: `b${63 - i}` })),
    backends: Array.from({ length: 64 }, (_, i) => ({
      name: `b${i}`,
      endpoints: Array.from({ length: 256 }, (_, j) => ({ address: `192.0.2.${j}`, port: 20000 + i })),
    })),
  }),
  'an IPv4-mapped address': manifestWith({
    backends: [
      {
        name: 'web',
        endpoints: [
          { address: '::ffff:192.0.2.1', port: 80 },
          { address: '::FFFF:127.0.0.1', port: 80 },
        ],
      },
    ],
  }),
  'endpoints that are not required': manifestWith({ readiness: { requireEndpoints: false } }),
  'listeners on the ports next to the admin port': manifestWith({
    listeners: [9900, 9902].map((port) => ({ name: `p${port}`, port, backend: 'web' })),
  }),
  'a listener on the default admin port, with a different admin port': manifestWith({
    listeners: [{ name: 'web', port: 9901, backend: 'web' }],
    workload: { adminPort: 9902 },
  }),
  'the lowest unprivileged port as the admin port': manifestWith({
    tuning: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '8080' }] },
    workload: { adminPort: 8081 },
  }),
  'a listener on the lowest unprivileged port': manifestWith({
    listeners: [{ name: 'web', port: 1024, backend: 'web' }],
    tuning: { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '1024' }] },
  }),
  'one replica on the host network': manifestWith({
    tuning: { profile: 'HostNetwork', sysctls: [{ name: 'kernel.shmmax', value: '1' }] },
    workload: { replicas: 1 },
  }),
  'zero replicas on the host network': manifestWith({
    tuning: { profile: 'HostNetwork', sysctls: [] },
    workload: { replicas: 0 },
  }),
  'a port range of two ports': manifestWith({
    tuning: { sysctls: [{ name: 'net.ipv4.ip_local_port_range', value: '1 2' }] },
  }),
  'a loopback endpoint on a port that is not a listener’s': manifestWithEndpoints({
    address: '127.0.0.1',
    port: 8081,
  }),
  'as many routes as there may be, on as many listeners': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({
      name: `l${i}`,
      port: 8080 + i,
      tls: {
        mode: 'Passthrough',
        routes: Array.from({ length: 32 }, (_, j) => ({
          hostnames: Array.from({ length: 8 }, (_, k) => `*.h${k}.r${j >> 1}.example`),
          alpn: ['a', 'b', 'c', 'd'].map((one) => `${one}${j % 2}`),
          backend: 'web',
        })),
      },
    })),
  }),
  'as many certificates as there may be, on as many listeners': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({
      name: `l${i}`,
      port: 8080 + i,
      backend: 'web',
      tls: {
        mode: 'Terminate',
        certificateRefs: Array.from({ length: 16 }, (_unused, j) => ({
          name: `${'s'.repeat(240)}.${i}.${j}`,
        })),
      },
    })),
  }),
  'as many backends with TLS and as many listeners as there can be': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({
      name: `l${i}`,
      port: 8080 + i,
      ...(i % 2 === 0
        ? { backend: `b${i}` }
        : { tls: { mode: 'Passthrough', routes: [{ hostnames: ['a.example'], backend: 'plain' }] } }),
    })),
    backends: [
      { name: 'plain', service: { name: 'web', port: 80 } },
      ...Array.from({ length: 63 }, (_, i) => ({
        name: `b${i}`,
        service: { name: 'web', port: 80 },
        tls: { caRef: { name: 'c'.repeat(253) }, clientCertificateRef: { name: 's'.repeat(253) } },
      })),
    ],
  }),
  'as many authorities, lists and names of clients as there may be, on as many listeners': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({
      name: `l${i}`,
      port: 8080 + i,
      backend: 'web',
      tls: {
        mode: 'Terminate',
        certificateRefs: [{ name: 'web-tls' }],
        clientCertificates: {
          caRefs: Array.from({ length: 8 }, (_unused, j) => ({ name: `ca-${i}-${j}` })),
          crlRefs: Array.from({ length: 8 }, (_unused, j) => ({ kind: 'Secret', name: `crl-${i}-${j}` })),
          allowedSans: Array.from({ length: 64 }, (_unused, j) => `spiffe://${'x'.repeat(200)}/${j}/*`),
        },
      },
    })),
  }),
  'names of clients of each kind': manifestWithListener({
    tls: {
      mode: 'Terminate',
      certificateRefs: [{ name: 'web-tls' }],
      clientCertificates: {
        caRefs: [{ name: 'ca', key: 'ca-bundle.crt' }],
        depth: 0,
        allowedSans: ['a.example', '*.example', 'a.b+c@example', '*@example', 'spiffe://a/b', 'spiffe://a/*'],
      },
    },
  }),
  'routes that differ in host name, protocol or both': manifestWithListener({
    tls: {
      mode: 'Passthrough',
      routes: [
        { hostnames: ['a.example'], backend: 'web' },
        { hostnames: ['a.example'], alpn: ['h2'], backend: 'web' },
        { hostnames: ['a.example', '*.example', '192.0.2.1', 'x'], alpn: ['h3'], backend: 'web' },
        { hostnames: ['*.a.example'], backend: 'web' },
        { alpn: ['acme-tls/1'], backend: 'web' },
      ],
    },
  }),
  'TCP and UDP on one port, with one backend': manifestWith({
    listeners: [
      { name: 'tcp', port: 9901, protocol: 'UDP', backend: 'web' },
      {
        name: 'dns',
        port: 53,
        protocol: 'UDP',
        backend: 'web',
        timeouts: { idle: '1s' },
        limits: { connections: 1 },
      },
      { name: 'dns-tcp', port: 53, backend: 'web', timeouts: { halfClosed: '5m', keepalive: {} } },
    ],
    service: { type: 'NodePort', nodePorts: { dns: 30053, 'dns-tcp': 30053 } },
  }),
  'a loopback endpoint of UDP on the port of a TCP listener': manifestWith({
    listeners: [
      { name: 'dns', port: 5353, protocol: 'UDP', backend: 'resolver' },
      { name: 'web', port: 53, backend: 'web' },
    ],
    backends: [
      { name: 'resolver', endpoints: [{ address: '127.0.0.1', port: 53 }] },
      { name: 'web', service: { name: 'web', port: 80 } },
    ],
  }),
  'an endpoint on another machine with the port of a listener': manifestWithEndpoints({
    address: '10.127.0.1',
    port: 8080,
  }),
  'the addresses just outside multicast and link-local': manifestWithEndpoints(
    { address: '223.255.255.255', port: 1 },
    { address: '240.0.0.0', port: 1 },
    { address: 'fe7f::1', port: 1 },
    { address: 'fec0::1', port: 1 },
    { address: 'ff0::1', port: 1 },
    { address: '169.254.0.1', port: 1 },
  ),
  'one address with two ports': manifestWithEndpoints(
    { address: '192.0.2.1', port: 1, weight: 0 },
    { address: '192.0.2.1', port: 65535, weight: 1 },
  ),
  'a Service port with a name of digits and a letter': manifestWithBackend({
    service: { name: '1', port: '80a' },
  }),
  'the longest names': manifest(
    (spec) => {
      spec.listeners = [{ name: 'n'.repeat(63), port: 1, backend: 'b'.repeat(63) }];
      spec.backends = [{ name: 'b'.repeat(63), service: { name: 's'.repeat(63), port: 'p'.repeat(63) } }];
    },
    { name: 'e'.repeat(52) },
  ),
  'label keys similar to the reserved ones': manifestWith({
    workload: {
      podLabels: { 'app.kubernetes.iox/name': 'a', 'my.l4balancer.dev/x': 'b' },
      podAnnotations: { 'app.kubernetes.io/name': 'mine' },
    },
  }),
  'a toleration of every taint': manifestWith({
    workload: { tolerations: [{ operator: 'Exists', value: '' }] },
  }),
  'a ClusterIP with neither class nor policy': manifestWith({ service: { type: 'ClusterIP' } }),
  'a NodePort with a policy': manifestWith({
    service: { type: 'NodePort', externalTrafficPolicy: 'Cluster' },
  }),
  'the Service of another balancer as a backend': manifestWithBackend({
    service: { name: 'l4b-edge-2', port: 8080 },
  }),
  'a Service with the name of the balancer’s own, which does not create one': manifest((spec) => {
    spec.backends = [{ name: 'web', service: { name: 'l4b-edge', port: 80 } }];
    spec.service = { type: 'None' };
  }),
  'empty maps and lists with Service type None': manifestWith({
    service: { type: 'None', annotations: {}, labels: {}, loadBalancerSourceRanges: [], nodePorts: {} },
  }),
  'a load balancer with every field': manifestWith({
    service: {
      labels: { team: 'edge', 'example.com/x': '' },
      annotations: { 'example.com/subnet': 'any text' },
      loadBalancerIP: '2001:db8::10',
      loadBalancerSourceRanges: ['0.0.0.0/0', '::/0', '192.0.2.1/24'],
      nodePorts: { web: 1 },
      ipFamilyPolicy: 'RequireDualStack',
      sessionAffinity: 'ClientIP',
    },
  }),
  'address families and session affinity with type ClusterIP': manifestWith({
    service: { type: 'ClusterIP', ipFamilyPolicy: 'SingleStack', sessionAffinity: 'None' },
  }),
  'a DaemonSet with every field': manifestWith({
    workload: {
      kind: 'DaemonSet',
      replicas: 1,
      disruptionBudget: { minAvailable: 1 },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } },
    },
  }),
  'a DaemonSet on the host network': manifestWith({
    tuning: { profile: 'HostNetwork' },
    workload: { kind: 'DaemonSet' },
  }),
  'an autoscaler with equal minimum and maximum': manifestWith({
    workload: { autoscaling: { minReplicas: 3, maxReplicas: 3, targetCPUUtilizationPercentage: 100 } },
  }),
  'any number of acceptors, with a capacity': manifestWith({
    capacity: { connections: 1, connectionsPerCore: 100 },
    tuning: { acceptors: 256 },
  }),
  'requests above the profile’s limits, with a capacity': manifestWith({
    capacity: { connections: 1 },
    workload: { resources: { requests: { cpu: 3, memory: '4Gi' } } },
  }),
  'CIDR ranges of all clients, and with host bits set': manifestWith({
    networkPolicy: { enabled: true, clients: ['0.0.0.0/0', '::/0', '10.1.2.3/8', 'fd00::1/64'] },
  }),
  'an image by digest': manifestWith({ workload: { image: `a.example/proxy@sha256:${'0'.repeat(64)}` } }),
  'a listener with every default written out': manifestWithListener({
    protocol: 'TCP',
    timeouts: { idle: '1h', halfClosed: '5m', handshake: '10s' },
  }),
  'as many trusted sources as possible on as many listeners as possible': manifestWith({
    listeners: Array.from({ length: 64 }, (_, i) => ({
      name: `l${i}`,
      port: 1000 + i,
      backend: 'web',
      proxyProtocol: {
        accept: 'V2',
        required: false,
        trustedSources: Array.from(
          { length: 64 },
          (_, j) => `2001:db8:1111:2222:3333:4444:5555:66${10 + j}/128`,
        ),
      },
    })),
  }),
};
