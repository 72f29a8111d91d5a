import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { createWriter, type Writer } from '../../kube/apply.ts';
import { realClock } from '../../kube/clock.ts';
import { connect, openTransport } from '../../kube/connect.ts';
import { ApiError } from '../../kube/errors.ts';
import { inCluster } from '../../kube/in-cluster.ts';
import type { KubeObject } from '../../kube/object.ts';
import { collectionPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import { STALE_AFTER_MS, staleness } from '../../operator/watch/freshness.ts';
import { until } from '../../tooling/wait/until.ts';
import type { FlakyProxy } from './flaky-proxy.ts';
import { startProxyTo } from './via-proxy.ts';
import { quickDeps, WatchRecorder } from './watch-recorder.ts';

const TYPE = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
/** Generous upper bound for the bytes in buffers of the kernel and the proxy. */
const BOUND = 48 * 1024 * 1024;

let cp: ControlPlane;
let proxy: FlakyProxy;
let direct: Transport;
let flaky: Transport;
let writer: Writer;
let namespace: string;
let namespaces = 0;

before(async () => {
  cp = await startControlPlane({ controllerManager: true });
  const via = await startProxyTo(cp);
  proxy = via.proxy;
  direct = await connect({ kubeconfig: cp.kubeconfig });
  flaky = await connect({ kubeconfig: via.kubeconfig });
  writer = createWriter(direct, 'test');
});

beforeEach(async () => {
  namespaces += 1;
  namespace = `trouble-${namespaces}`;
  await cp.createNamespace(namespace);
});

after(async () => {
  await flaky?.close();
  await direct?.close();
  await proxy?.stop();
  await cp?.stop();
});

const put = (name: string, value: string) =>
  writer.apply({ ...TYPE, metadata: { name, namespace }, data: { value } });
const follow = (t: TestContext, transport: Transport, deps = quickDeps()) => {
  const recorder = new WatchRecorder({ transport, path: collectionPath(TYPE, namespace) }, deps);
  t.after(() => recorder.watch.stop());
  return recorder;
};
const versions = (objects: Iterable<KubeObject>) =>
  [...objects].map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
/** Waits for a last object, then compares all known objects with a current list. */
const isTrue = async (recorder: WatchRecorder): Promise<void> => {
  await put('last', 'x');
  await recorder.until('the last object', () => recorder.objects.has(`${namespace}/last`));
  const path = collectionPath(TYPE, namespace);
  const { items } = (await direct.request({ method: 'GET', path })) as { items: readonly KubeObject[] };
  assert.deepEqual(versions(recorder.objects.values()), versions(items));
};

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
/** Memory in use after a garbage collection. */
const heldBytes = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

describe('a watch', () => {
  test('that cannot keep up with a flood of events buffers little of it and misses none', async (t) => {
    const recorder = follow(t, flaky, quickDeps({ silenceMs: 60_000 }));
    await recorder.until('the watch is open', () => recorder.connected);
    const heap = heldBytes();
    const large = 'x'.repeat(100_000);
    proxy.stall();
    t.after(() => proxy.resume());
    // 40 MB of events.
    for (let round = 0; round < 400; round++) await put(`m-${round % 4}`, `${round} ${large}`);
    const grown = heldBytes() - heap;
    assert.ok(grown < BOUND, `${grown} bytes more`);
    proxy.resume();
    await isTrue(recorder);
    assert.equal(recorder.syncs, 1, recorder.errors.join('\n'));
  });

  test('on a slow network, in chunks of a few bytes, receives everything unchanged', async (t) => {
    const recorder = follow(t, flaky);
    await recorder.until('the watch is open', () => recorder.connected);
    const write = async () => {
      for (let round = 0; round < 30; round++) await put(`m-${round % 3}`, `ünïcödé 🙂 ${round}`);
    };
    const stutter = async () => {
      for (let turn = 0; turn < 60; turn++) {
        proxy.stall();
        await new Promise((resolve) => setImmediate(resolve));
        proxy.resume();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await Promise.all([write(), stutter()]);
    await isTrue(recorder);
    assert.deepEqual(recorder.errors, []);
    assert.match(JSON.stringify([...recorder.objects.values()]), /ünïcödé 🙂/);
  });

  test('whose clock jumps is reported as stale until it receives data again, and is not restarted', async (t) => {
    let jumpedMs = 0;
    const deps = quickDeps();
    const clock = { ...realClock, now: () => realClock.now() + jumpedMs };
    let calls = 0;
    const counting: Transport = {
      ...flaky,
      request: (call) => {
        calls += 1;
        return flaky.request(call);
      },
      lines: (call) => {
        calls += 1;
        return flaky.lines(call);
      },
    };
    const recorder = follow(t, counting, { ...deps, clock });
    await recorder.until('the watch is open', () => recorder.connected);
    const problems = () =>
      staleness([
        {
          kind: 'ConfigMap',
          synced: true,
          state: recorder.states.at(-1),
          silentMs: recorder.watch.silentMs(),
        },
      ]).problems;
    const before = calls;
    assert.deepEqual(problems(), []);
    jumpedMs = STALE_AFTER_MS;
    assert.match(problems().join(), /the watch has been silent for 30\d s/);
    await isTrue(recorder);
    assert.deepEqual(problems(), []);
    jumpedMs = -STALE_AFTER_MS;
    await put('again', 'x');
    await recorder.until('the change', () => recorder.objects.has(`${namespace}/again`));
    assert.deepEqual(problems(), []);
    assert.equal(calls, before, 'the watch that works is left alone');
  });

  test('reports how many differences a relist found that no event had reported', async (t) => {
    await put('changed', '1');
    await put('gone', '1');
    const recorder = follow(t, flaky);
    await recorder.until('the watch is open', () => recorder.connected);
    await proxy.refuse();
    await recorder.until('a failure to open it again', () => recorder.errors.length >= 2);
    await put('changed', '2');
    await put('new', '1');
    await writer.remove({ ...TYPE, namespace, name: 'gone' });
    await proxy.accept();
    await recorder.until('the new list', () => recorder.syncs === 2);
    assert.deepEqual(recorder.missed, [0, 3]);
    await isTrue(recorder);
  });

  test('continues with the new token when the old one is refused', async (t) => {
    const folder = join(cp.folder, 'serviceaccount');
    await cp.run(['create', 'serviceaccount', 'follower', '-n', namespace]);
    await cp.run([
      'create',
      'rolebinding',
      'follower',
      '-n',
      namespace,
      '--clusterrole=view',
      `--serviceaccount=${namespace}:follower`,
    ]);
    // A token bound to an object is refused once that object is deleted.
    const bind = async (name: string) => {
      await cp.run(['create', 'secret', 'generic', name, '-n', namespace]);
      const bound = ['--bound-object-kind=Secret', `--bound-object-name=${name}`, '--duration=10m'];
      return (await cp.run(['create', 'token', 'follower', '-n', namespace, ...bound])).trim();
    };
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'ca.crt'), readFileSync(join(cp.folder, 'ca.crt')));
    const old = await bind('old');
    writeFileSync(join(folder, 'token'), old);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(proxy.port) };
    const pod = openTransport(inCluster(env, realClock.now, folder), 'test', realClock.now);
    t.after(() => pod.close());
    const recorder = follow(t, pod);
    await recorder.until('the watch is open', () => recorder.connected);

    await cp.run(['delete', 'secret', 'old', '-n', namespace]);
    const path = collectionPath(TYPE, namespace);
    const isRefused = (error: unknown) => error instanceof ApiError && error.code === 'Unauthorized';
    // The API server caches a valid token for ten seconds.
    await until('the old token is refused', () =>
      pod.request({ method: 'GET', path }).then(
        () => false,
        (error) => isRefused(error) || assert.fail(String(error)),
      ),
    );
    proxy.cut();
    await recorder.until('the refusal', () =>
      recorder.errors.some((error) => error.startsWith('Unauthorized')),
    );
    writeFileSync(join(folder, 'token'), await bind('new'));
    await isTrue(recorder);
  });
});
