import assert from 'node:assert/strict';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { ALLOWED_SYSCTLS, type Cluster, SYSCTLS_LABEL } from '../cluster/interface/cluster.ts';
import { openCluster } from '../cluster/open-cluster.ts';
import { until } from '../tooling/wait/until.ts';
import { ECHO_IMAGE } from './support/echo-image.ts';

const NAMESPACE = 'cluster-test';
let cluster: Cluster;

const kubectl = async (...args: string[]) => (await cluster.kubectl(['-n', NAMESPACE, ...args])).stdout;
const apply = (...objects: unknown[]) =>
  cluster.kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  });

function pod(name: string, sysctls: 'strict' | 'allowed', more: Record<string, unknown> = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: 'echo' } },
    spec: {
      nodeSelector: { [SYSCTLS_LABEL]: sysctls },
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'echo', image: ECHO_IMAGE.reference, imagePullPolicy: 'Never' }],
      ...more,
    },
  };
}

async function inClient(...argv: string[]): Promise<string> {
  const child = cluster.runInClient(argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  assert.ok(child.stdout);
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  assert.equal(code, 0, `${argv.join(' ')} failed`);
  return out;
}

/** The body of a GET that a process in the clients' network makes. */
const fetchInClient = (url: string) =>
  inClient(
    process.execPath,
    '-e',
    `fetch('${url}').then((r) => r.text()).then((t) => process.stdout.write(t))`,
  );

before(async () => {
  cluster = await openCluster('e2e');
  await cluster.loadImage(ECHO_IMAGE.tar);
  await cluster.kubectl(['create', 'namespace', NAMESPACE]);
  await until('the ServiceAccount "default" exists', async () =>
    (await kubectl('get', 'serviceaccounts', '-o', 'name')).includes('serviceaccount/default'),
  );
  const service = { selector: { app: 'echo' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] };
  const sysctls = ALLOWED_SYSCTLS.map((name) => ({ name, value: name.endsWith('reuse') ? '1' : '65535' }));
  await apply(
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 'echo' }, spec: service },
    pod('on-strict', 'strict'),
    pod('on-allowed', 'allowed', { securityContext: { sysctls } }),
    pod('refused', 'strict', { securityContext: { sysctls } }),
  );
  await kubectl('wait', '--for=condition=Ready', 'pod/on-strict', 'pod/on-allowed', '--timeout=60s');
});

after(async () => {
  await cluster.kubectl(['delete', 'namespace', NAMESPACE, '--wait=true']);
  await cluster.close();
});

test('both nodes are ready; one allows only safe sysctls, the other also ours', async () => {
  for (const node of cluster.nodes) {
    const ready = '{.status.conditions[?(@.type=="Ready")].status}';
    const label = `{.metadata.labels.${SYSCTLS_LABEL.replaceAll('.', '\\.')}}`;
    const answer = await kubectl('get', 'node', node.name, '-o', `jsonpath=${ready} ${label}`);
    assert.equal(answer, `True ${node.sysctls}`);
  }
  assert.deepEqual(cluster.nodes.map((node) => node.sysctls).sort(), ['allowed', 'strict']);
});

test('the strict node rejects a pod with our sysctls and names the first', async () => {
  const status = async () => JSON.parse(await kubectl('get', 'pod', 'refused', '-o', 'json')).status;
  await until('the pod is rejected', async () => (await status()).phase === 'Failed');
  const { reason, message } = await status();
  assert.equal(reason, 'SysctlForbidden');
  assert.match(message, /forbidden sysctl: "net\.core\.somaxconn" not allowlisted/);
});

test('a pod has our sysctls on the node that allows them', async () => {
  const read = (name: string) =>
    kubectl('exec', 'on-allowed', '--', '/echo', 'cat', `/proc/sys/${name.replaceAll('.', '/')}`);
  assert.equal((await read('net.core.somaxconn')).trim(), '65535');
  assert.equal((await read('net.ipv4.tcp_tw_reuse')).trim(), '1');
});

test('clients reach pods on both nodes through a ClusterIP', async () => {
  const address = (await kubectl('get', 'service', 'echo', '-o', 'jsonpath={.spec.clusterIP}')).trim();
  const seen = new Set<string>();
  await until('both pods have responded', async () => {
    seen.add((await fetchInClient(`http://${address}/`)).trim());
    return seen.size === 2;
  });
  assert.deepEqual([...seen].sort(), ['on-allowed', 'on-strict']);
});

test('clients reach each pod by its own address, and so do pods on the other node', async () => {
  for (const name of ['on-strict', 'on-allowed']) {
    const address = await kubectl('get', 'pod', name, '-o', 'jsonpath={.status.podIP}');
    assert.equal((await fetchInClient(`http://${address}:8080/`)).trim(), name);
    const other = name === 'on-strict' ? 'on-allowed' : 'on-strict';
    assert.equal(
      (await kubectl('exec', other, '--', '/echo', 'get', `http://${address}:8080/`)).trim(),
      name,
    );
  }
});

test("logs and the API server's proxy to a pod's port work on both nodes", async () => {
  for (const name of ['on-strict', 'on-allowed']) {
    assert.match(await kubectl('logs', name), new RegExp(`${name} serves`));
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}:8080/proxy/`;
    assert.equal((await kubectl('get', '--raw', path)).trim(), name);
  }
});

test('the API server stops and restarts with all its data, while pods continue to serve', async () => {
  const address = await kubectl('get', 'pod', 'on-strict', '-o', 'jsonpath={.status.podIP}');
  await cluster.stopApiServer();
  try {
    await assert.rejects(kubectl('get', 'pods'));
    assert.equal((await fetchInClient(`http://${address}:8080/`)).trim(), 'on-strict');
  } finally {
    await cluster.startApiServer();
  }
  assert.match(await kubectl('get', 'pods', '-o', 'name'), /pod\/on-strict/);
});
