import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ADMIN_PORT, API_VERSION, KIND } from '../../../crds/resource-type.ts';
import { connect } from '../../../kube/connect.ts';
import { ApiError } from '../../../kube/errors.ts';
import { collectionPath } from '../../../kube/paths.ts';
import { ACCOUNT } from '../../../operator/desired/account.ts';
import { freePort } from '../../../tooling/process/free-ports.ts';
import type { FlakyProxy } from '../../kube/flaky-proxy.ts';
import { startProxyTo } from '../../kube/via-proxy.ts';
import { readSummary } from '../../report/read-status.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { awaitPod, letRun, type PodProxy, startPodProxy } from './pod-proxy.ts';
import { podsOf } from './pods.ts';
import { operatorLogin } from './rights.ts';
import { startWorld, type TestWorld } from './world.ts';

let world: TestWorld;
let operator: OperatorProcess;
let login: string;
/** The network between the proxies and the API server. */
let network: FlakyProxy;
const proxies: PodProxy[] = [];
let namespace: string;
/** The kubeconfig of the proxy that was started last. */
let lastLogin: string;

/** A kubeconfig with a token of the pods' ServiceAccount, as a kubelet issues it to a new pod. */
const podLogin = async (): Promise<string> => {
  const token = (await world.kubectl('create', 'token', 'l4b-edge', '-n', namespace)).trim();
  const config = JSON.parse(readFileSync(world.cp.kubeconfig, 'utf8'));
  config.clusters[0].cluster.server = `https://127.0.0.1:${network.port}`;
  config.users[0].user = { token };
  const path = join(world.cp.folder, `pod-${proxies.length}.kubeconfig`);
  writeFileSync(path, JSON.stringify(config));
  return path;
};

const startProxy = async (): Promise<PodProxy> => {
  lastLogin = await podLogin();
  const proxy = startPodProxy(namespace, lastLogin);
  proxies.push(proxy);
  return proxy;
};

/**
 * Resolves when the API server refuses the proxy that was started last, with this code. It goes on accepting
 * a token for up to ten seconds, and learns of a changed Role by a watch: a proxy that reconnected before
 * that would follow its source for minutes.
 */
const refused = async (code: 'Forbidden' | 'Unauthorized'): Promise<void> => {
  const pod = await connect({ kubeconfig: lastLogin });
  // A proxy may list and watch its own resource, and nothing else of the kind.
  const path = collectionPath({ apiVersion: API_VERSION, kind: KIND }, namespace);
  const query = { fieldSelector: 'metadata.name=edge' };
  try {
    await world.eventually(`the API server answers ${code}`, () =>
      pod.request({ method: 'GET', path, query }).then(
        () => false,
        (error: unknown) => (error instanceof ApiError && error.code === code) || assert.fail(String(error)),
      ),
    );
  } finally {
    pod.close();
  }
};

const page = async (proxy: PodProxy, path: string): Promise<string> =>
  (await fetch(`http://${proxy.ip}:${ADMIN_PORT}${path}`)).text();

const deployment = async () =>
  (await world.get('apps/v1', 'Deployment', namespace, 'l4b-edge')) ?? assert.fail('no Deployment');

const following = async () => (await world.status(namespace, 'edge'))?.proxies;

before(async () => {
  world = await startWorld();
  login = await operatorLogin(world.cp);
  operator = startOperator(login);
  await operator.line('caches synced');
  network = (await startProxyTo(world.cp)).proxy;
  namespace = await world.newNamespace();
  await world.apply(namespace, 'edge', {
    listeners: [{ name: 'web', port: await freePort(), backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 1 }] }],
  });
  const pod = await awaitPod(world, namespace);
  await letRun(world, pod, await startProxy());
  await world.reason(namespace, 'edge', 'Available');
  assert.deepEqual(await following(), { of: 1, following: 1, problems: [] });
});

after(async () => {
  for (const proxy of proxies) await proxy.stop();
  await network?.stop();
  await operator?.stop();
  await world?.close();
});

/** Why the proxy does not follow its source; undefined while it does. */
const blindBy = async (proxy: PodProxy): Promise<string | undefined> =>
  readSummary(await page(proxy, '/status?summary')).source.code;

test('a restricted Role is put back, and a proxy that was refused meanwhile follows its source again', async () => {
  const [proxy] = proxies;
  assert.ok(proxy);
  await operator.stop('SIGTERM');
  const patch = JSON.stringify({ rules: [] });
  await world.kubectl('patch', 'role', 'l4b-edge', '-n', namespace, '--type=merge', '-p', patch);
  await refused('Forbidden');
  network.cut();
  await world.eventually('refused', async () => (await blindBy(proxy)) === 'Forbidden');
  assert.match(await page(proxy, '/metrics'), /^l4balancer_source_connected 0$/m);
  assert.equal(await proxy.isReady(), true, 'it still serves its last configuration');
  operator = startOperator(login);
  await operator.line('caches synced');
  await world.eventually('followed again', async () => (await blindBy(proxy)) === undefined);
  await world.eventually('said so', async () => (await following())?.following === 1);
  await world.reason(namespace, 'edge', 'Available');
});

test('a replaced ServiceAccount cuts the pods off from the API server, which is reported within a minute, and the pods are replaced', async () => {
  const [proxy] = proxies;
  assert.ok(proxy);
  const old = await awaitPod(world, namespace);
  const before = await deployment();
  assert.equal(
    before.spec?.template.metadata.annotations?.[ACCOUNT],
    undefined,
    'nothing has been replaced yet',
  );
  await world.kubectl('delete', 'serviceaccount', 'l4b-edge', '-n', namespace);
  await world.eventually(
    'the recreated account',
    async () => (await world.get('v1', 'ServiceAccount', namespace, 'l4b-edge')) !== undefined,
  );
  await refused('Unauthorized');
  network.cut();
  await world.eventually('refused', async () => (await blindBy(proxy)) === 'Unauthorized');
  const blindAt = performance.now();
  const message = await world.reason(namespace, 'edge', 'NotFollowing');
  assert.ok(performance.now() - blindAt < 60_000, `said after ${performance.now() - blindAt} ms`);
  assert.match(
    message,
    /^The proxy receives no changes to the spec or to endpoints: Cannot follow .*401 Unauthorized/,
  );
  const { of, following: count, problems } = (await following()) ?? {};
  assert.deepEqual([of, count, problems?.[0]?.reason], [1, 0, 'NotFollowing']);
  assert.equal(await operator.metric('l4balancer_operator_proxies{following="false"}'), 1);
  assert.equal(await proxy.isReady(), true, 'it still serves its last configuration');

  const next = await awaitPod(world, namespace, ({ metadata }) => metadata.uid !== old.metadata.uid);
  const pods = await podsOf(world.transport, namespace);
  assert.ok(
    pods.some(({ metadata }) => metadata.uid === old.metadata.uid),
    'the old one stays until the new one follows',
  );
  const account = await world.get('v1', 'ServiceAccount', namespace, 'l4b-edge');
  assert.equal((await deployment()).spec?.template.metadata.annotations?.[ACCOUNT], account?.metadata.uid);
  // Real pods have separate networks; here the second proxy would find the listener's port taken.
  await proxy.stop();
  await letRun(world, next, await startProxy());
  await world.eventually('the old one gone', async () =>
    (await podsOf(world.transport, namespace)).every(({ metadata }) => metadata.uid === next.metadata.uid),
  );
  await world.reason(namespace, 'edge', 'Available');
  assert.deepEqual(await following(), { of: 1, following: 1, problems: [] });
});

test('a restarted operator does not replace the pods again', async () => {
  const { metadata } = await deployment();
  await operator.stop('SIGTERM');
  const since = world.auditSize();
  operator = startOperator(login);
  await operator.line('caches synced');
  await world.eventually('applied once', async () =>
    world.writes('the-operator', since).some(({ what }) => what.endsWith('/deployments/l4b-edge')),
  );
  await world.reason(namespace, 'edge', 'Available');
  assert.equal((await deployment()).metadata.generation, metadata.generation);
});
