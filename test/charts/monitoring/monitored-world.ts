import assert from 'node:assert/strict';
import { parse } from 'yaml';
import type { Identity } from '../../../cluster/access/certificates.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import { blockWith } from '../../docs/page.ts';
import type { FlakyProxy } from '../../kube/flaky-proxy.ts';
import { startProxyTo } from '../../kube/via-proxy.ts';
import { IMAGE, type OperatorProcess, startOperator } from '../../operator/integration/operator.ts';
import { awaitPod, letRun, type PodProxy, startPodProxy } from '../../operator/integration/pod-proxy.ts';
import { serving, writePodStatus } from '../../operator/integration/pods.ts';
import { LEASE_NAMESPACE, operatorLogin } from '../../operator/integration/rights.ts';
import { type Anything, startWorld, type TestWorld } from '../../operator/integration/world.ts';
import { selfSigned } from '../../proxy/certificates.ts';
import { nameItself, startDatagramEndpoint } from '../../proxy/relay/datagram-sockets.ts';
import { echo, greet, startEndpoint } from '../../proxy/relay/endpoint-server.ts';
import type { Ports } from './clients.ts';
import { startPodDiscovery } from './pod-discovery.ts';
import { INTERVAL, type Prometheus, startPrometheus } from './prometheus.ts';

/** The operator and a proxy as in a cluster, and a Prometheus that finds them as docs/telemetry.md says. */
export interface MonitoredWorld {
  readonly world: TestWorld;
  readonly prometheus: Prometheus;
  readonly namespace: string;
  readonly ports: Ports;
  readonly pod: string;
  readonly proxy: PodProxy;
  /** The network between the proxy and the API server. */
  readonly network: FlakyProxy;
  operator(): OperatorProcess;
  /** Starts it again, with more arguments, or as another user. */
  startOperator(args?: readonly string[], kubeconfig?: string): Promise<void>;
  /** Writes the certificate of the listener `secure`. */
  certify(identity: Identity): Promise<void>;
  /** Changes the spec of the balancer. */
  patch(operations: readonly object[]): Promise<void>;
  operatorPage(): Promise<string>;
  proxyPage(): Promise<string>;
  close(): Promise<void>;
}

const METRICS_PORT = 'metrics';

/** The configuration in the documentation, with a shorter interval and another discovery of the same pods. */
const scrapesBy = (url: string): readonly object[] => {
  const { scrape_configs: scrapes } = parse(blockWith('telemetry.md', 'yaml', 'scrape_configs:'));
  assert.equal(scrapes.length, 1);
  return scrapes.map(
    ({ kubernetes_sd_configs: discovery, ...scrape }: { readonly kubernetes_sd_configs: object }) => {
      assert.deepEqual(discovery, [{ role: 'pod' }]);
      return { ...scrape, scrape_interval: INTERVAL, http_sd_configs: [{ url, refresh_interval: INTERVAL }] };
    },
  );
};

/** A pod that has this process's loopback address and port of metrics, as the chart's Deployment would make it. */
const operatorPod = (port: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'operator-a',
    namespace: LEASE_NAMESPACE,
    labels: {
      'app.kubernetes.io/name': 'l4balancer-operator',
      'app.kubernetes.io/instance': 'l4balancer-operator',
      'app.kubernetes.io/component': 'operator',
    },
  },
  spec: {
    containers: [{ name: 'operator', image: 'none', ports: [{ name: METRICS_PORT, containerPort: port }] }],
  },
});

export const startMonitoredWorld = async (): Promise<MonitoredWorld> => {
  const world = await startWorld();
  const stops: (() => Promise<unknown>)[] = [() => world.close()];
  const close = async (): Promise<void> => {
    for (const stop of stops.reverse()) await stop();
  };
  try {
    await world.cp.createNamespace(LEASE_NAMESPACE);
    const login = await operatorLogin(world.cp);
    const metricsPort = await freePort();
    let operator: OperatorProcess | undefined;
    const start = async (args: readonly string[] = [], kubeconfig = login): Promise<void> => {
      operator = startOperator(kubeconfig, args, [
        `--proxy-image=${IMAGE}`,
        '--health-address=127.0.0.1:0',
        `--leader-elect-namespace=${LEASE_NAMESPACE}`,
        `--metrics-address=127.0.0.1:${metricsPort}`,
      ]);
      await operator.line('caches synced');
    };
    stops.push(async () => operator?.stop());
    await start();
    await world.cp.run(['create', '-f', '-'], JSON.stringify(operatorPod(metricsPort)));
    const operatorAsPod = (await world.get('v1', 'Pod', LEASE_NAMESPACE, 'operator-a')) as Anything;
    await writePodStatus(world.transport, operatorAsPod, serving(true, '127.0.0.1'));

    const namespace = await world.newNamespace();
    const certify = async ({ certificate, key }: Identity): Promise<void> => {
      const secret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'web-tls', namespace },
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': certificate, 'tls.key': key },
      };
      await world.cp.run(['apply', '--server-side', '--force-conflicts', '-f', '-'], JSON.stringify(secret));
    };
    await certify(selfSigned(['web.test']));
    const [web, hold, dns] = [
      await startEndpoint(greet('web')),
      await startEndpoint(echo),
      await startDatagramEndpoint(nameItself('me')),
    ];
    for (const server of [web, hold, dns]) stops.push(() => server.close());
    const ports: Ports = {
      web: await freePort(),
      secure: await freePort(),
      dns: await freePort(),
      tight: await freePort(),
      dead: await freePort(),
    };
    const to = (port: number) => [{ address: '127.0.0.1', port }];
    await world.apply(namespace, 'edge', {
      listeners: [
        { name: 'web', port: ports.web, backend: 'web' },
        {
          name: 'secure',
          port: ports.secure,
          backend: 'web',
          tls: { mode: 'Terminate', certificateRefs: [{ name: 'web-tls' }] },
        },
        { name: 'dns', port: ports.dns, protocol: 'UDP', backend: 'dns' },
        {
          name: 'tight',
          port: ports.tight,
          backend: 'hold',
          limits: { connections: 2, scope: 'Cluster' },
        },
        { name: 'dead', port: ports.dead, backend: 'dead' },
      ],
      backends: [
        { name: 'web', endpoints: to(web.port) },
        { name: 'dns', endpoints: to(dns.port) },
        { name: 'hold', endpoints: to(hold.port) },
        // Nobody listens at this port.
        { name: 'dead', endpoints: to(1) },
      ],
    });
    const { proxy: network, kubeconfig } = await startProxyTo(world.cp);
    stops.push(() => network.stop());
    const pod = await awaitPod(world, namespace);
    const proxy = startPodProxy(namespace, kubeconfig, pod.metadata.name);
    stops.push(() => proxy.stop());
    await letRun(world, pod, proxy);
    await world.reason(namespace, 'edge', 'Available');
    const discovery = await startPodDiscovery(world.transport);
    stops.push(() => discovery.stop());
    const prometheus = await startPrometheus(scrapesBy(discovery.url));
    stops.push(() => prometheus.stop());
    const page = async (address: string) => (await fetch(`http://${address}/metrics`)).text();
    return {
      world,
      prometheus,
      namespace,
      ports,
      pod: pod.metadata.name,
      proxy,
      network,
      operator: () => operator ?? assert.fail('no operator'),
      startOperator: start,
      certify,
      async patch(operations) {
        await world.kubectl(
          ...['patch', 'l4balancer', 'edge', '-n', namespace],
          ...['--type=json', '-p', JSON.stringify(operations)],
        );
      },
      operatorPage: () => page(`127.0.0.1:${metricsPort}`),
      proxyPage: () => page(`${proxy.ip}:9901`),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
