import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ControlPlane, startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { createWriter, type Writer } from '../../kube/apply.ts';
import { realClock } from '../../kube/clock.ts';
import { connect } from '../../kube/connect.ts';
import type { KubeObject } from '../../kube/object.ts';
import { collectionPath } from '../../kube/paths.ts';
import type { Transport } from '../../kube/transport.ts';
import { until } from '../../tooling/wait/until.ts';
import type { FlakyProxy } from './flaky-proxy.ts';
import { startProxyTo } from './via-proxy.ts';
import { quickDeps, WatchRecorder } from './watch-recorder.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const TYPE = { apiVersion: 'v1', kind: 'ConfigMap' } as const;

let cp: ControlPlane;
let proxy: FlakyProxy;
let direct: Transport;
let flaky: Transport;
let writer: Writer;
let namespaces = 0;

const configMap = (namespace: string, name: string, value: string) => ({
  ...TYPE,
  metadata: { name, namespace },
  data: { value },
});

async function newNamespace(): Promise<string> {
  const name = `watch-${++namespaces}`;
  await cp.createNamespace(name);
  return name;
}

const values = (recorder: WatchRecorder<ConfigMap>) =>
  [...recorder.objects].map(([key, object]) => `${key.split('/')[1]}=${object.data?.value}`).sort();

before(async () => {
  cp = await startControlPlane();
  const via = await startProxyTo(cp);
  proxy = via.proxy;
  direct = await connect({ kubeconfig: cp.kubeconfig });
  flaky = await connect({ kubeconfig: via.kubeconfig });
  writer = createWriter(direct, 'test');
});

after(async () => {
  await flaky?.close();
  await direct?.close();
  await proxy?.stop();
  await cp?.stop();
});

describe('a list and watch of a real API server', () => {
  test('reports existing objects, then every creation, update and deletion', async () => {
    const namespace = await newNamespace();
    await writer.apply(configMap(namespace, 'a', '1'));
    const recorder = new WatchRecorder<ConfigMap>({
      transport: direct,
      path: collectionPath(TYPE, namespace),
    });
    try {
      await recorder.until('the watch is open', () => recorder.connected);
      assert.deepEqual(values(recorder), ['a=1']);
      const listed = recorder.objects.get(`${namespace}/a`);
      assert.equal(listed?.kind, 'ConfigMap', 'objects of a list carry their type');
      assert.equal(listed?.apiVersion, 'v1');
      await writer.apply(configMap(namespace, 'b', '1'));
      await writer.apply(configMap(namespace, 'b', '2'));
      await writer.remove({ ...TYPE, namespace, name: 'a' });
      await recorder.until('three changes', () => recorder.changes.length === 3);
      assert.deepEqual(recorder.changes, [
        `Added ${namespace}/b`,
        `Modified ${namespace}/b`,
        `Deleted ${namespace}/a`,
      ]);
      assert.deepEqual(values(recorder), ['b=2']);
      assert.equal(JSON.stringify([...recorder.objects.values()]).includes('managedFields'), false);
      assert.equal(recorder.syncs, 1);
    } finally {
      recorder.watch.stop();
    }
  });

  test('reads 1,200 objects in pages', async () => {
    const namespace = await newNamespace();
    const names = Array.from({ length: 1_200 }, (_, index) => `m-${index}`);
    await Promise.all(names.map((name) => writer.create(configMap(namespace, name, 'x'))));
    const pages: (string | undefined)[] = [];
    const counting: Transport = {
      ...direct,
      request: (call) => {
        pages.push(call.query?.limit);
        return direct.request(call);
      },
    };
    const recorder = new WatchRecorder<ConfigMap>({
      transport: counting,
      path: collectionPath(TYPE, namespace),
    });
    try {
      await recorder.until('the list', () => recorder.syncs === 1);
      assert.equal(recorder.objects.size, 1_200);
      assert.deepEqual(pages, ['500', '500', '500']);
    } finally {
      recorder.watch.stop();
    }
  });

  test('resumes after the last event without a list when the connection is reset', async () => {
    const namespace = await newNamespace();
    const recorder = new WatchRecorder<ConfigMap>({
      transport: flaky,
      path: collectionPath(TYPE, namespace),
    });
    try {
      await recorder.until('the watch is open', () => recorder.connected);
      for (let round = 0; round < 20; round++) {
        await recorder.until('the watch is open again', () => recorder.connected);
        // At a position within the next three events, usually in the middle of one.
        proxy.cutAfter(50 + round * 60);
        await Promise.all(
          ['a', 'b', 'c'].map((name) =>
            writer.apply(configMap(namespace, name + (round % 3), String(round))),
          ),
        );
        await recorder.until('the cut', () => recorder.errors.length > round);
        if (round % 4 === 3) await writer.remove({ ...TYPE, namespace, name: 'a0' });
      }
      await writer.apply(configMap(namespace, 'last', 'x'));
      await recorder.until('the last change', () => recorder.objects.has(`${namespace}/last`));
      assert.deepEqual(values(recorder), await truth(namespace));
      assert.equal(recorder.syncs, 1, `it listed again: ${recorder.errors.join('\n')}`);
      assert.equal(recorder.errors.length, 20);
    } finally {
      recorder.watch.stop();
    }
  });

  test('keeps known objects while the server is unreachable, then lists and drops what has disappeared', async () => {
    const namespace = await newNamespace();
    await writer.apply(configMap(namespace, 'gone', '1'));
    await writer.apply(configMap(namespace, 'kept', '1'));
    const recorder = new WatchRecorder<ConfigMap>({
      transport: flaky,
      path: collectionPath(TYPE, namespace),
    });
    try {
      await recorder.until('the watch is open', () => recorder.connected);
      await proxy.refuse();
      await recorder.until(
        'two refusals',
        () => recorder.errors.filter((e) => /ECONNREFUSED/.test(e)).length >= 2,
      );
      assert.deepEqual(values(recorder), ['gone=1', 'kept=1']);
      await writer.remove({ ...TYPE, namespace, name: 'gone' });
      await writer.apply(configMap(namespace, 'new', '1'));
      await proxy.accept();
      await recorder.until('it is back', () => recorder.connected);
      assert.deepEqual(values(recorder), ['kept=1', 'new=1']);
      assert.equal(recorder.syncs, 2);
      assert.deepEqual(
        recorder.changes,
        [],
        'what has disappeared is absent from the new list, not reported as a change',
      );
    } finally {
      recorder.watch.stop();
      await proxy.accept();
    }
  });

  test('detects a hanging watch, and misses nothing that happened meanwhile', async () => {
    const namespace = await newNamespace();
    const recorder = new WatchRecorder<ConfigMap>(
      { transport: flaky, path: collectionPath(TYPE, namespace) },
      quickDeps({ silenceMs: 1_000 }),
    );
    try {
      await recorder.until('the watch is open', () => recorder.connected);
      proxy.stall();
      await writer.apply(configMap(namespace, 'a', '1'));
      await recorder.until('the silence is noticed', () =>
        recorder.errors.some((e) => e.startsWith('Silent')),
      );
      assert.deepEqual(values(recorder), []);
      proxy.resume();
      await recorder.until('the change', () => recorder.objects.has(`${namespace}/a`));
      assert.deepEqual(values(recorder), ['a=1']);
    } finally {
      recorder.watch.stop();
      proxy.resume();
    }
  });

  test('recovers when the API server is killed and restarted, and lists if its history is gone (410)', async () => {
    const namespace = await newNamespace();
    await writer.apply(configMap(namespace, 'a', '1'));
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const deps = quickDeps();
    // The first backoff lasts until the server has restarted, so the first attempt reaches a server without
    // history.
    const clock = {
      ...realClock,
      sleep: (ms: number, signal: AbortSignal) => held.then(() => deps.clock.sleep(ms, signal)),
    };
    const recorder = new WatchRecorder<ConfigMap>(
      { transport: direct, path: collectionPath(TYPE, namespace) },
      { ...deps, clock },
    );
    try {
      await recorder.until('the watch is open', () => recorder.connected);
      // The watch receives nothing after this; objects of another kind advance the server's revision.
      await writer.apply(configMap('default', 'elsewhere', '1'));
      await cp.killApiServer();
      await recorder.until('the loss', () => !recorder.connected);
      await cp.startApiServer();
      await writer.apply(configMap(namespace, 'b', '1'));
      letGo();
      await recorder.until('the new object', () => recorder.objects.has(`${namespace}/b`));
      assert.deepEqual(values(recorder), ['a=1', 'b=1']);
      assert.ok(
        recorder.errors.some((error) => error.startsWith('Gone')),
        recorder.errors.join('\n'),
      );
      assert.equal(recorder.syncs, 2);
    } finally {
      recorder.watch.stop();
    }
  });

  test('resumes without reporting a loss when the server ends the watch on schedule', async () => {
    const namespace = await newNamespace();
    let opened = 0;
    const counting: Transport = {
      ...direct,
      lines: (call) => {
        opened++;
        return direct.lines(call);
      },
    };
    const recorder = new WatchRecorder<ConfigMap>(
      { transport: counting, path: collectionPath(TYPE, namespace) },
      quickDeps({ serverSeconds: 1, shortestMs: 500 }),
    );
    try {
      await recorder.until('the watch is open', () => recorder.connected);
      const change = async (): Promise<boolean> => {
        await writer.apply(configMap(namespace, 'a', String(Math.random())));
        return opened >= 3;
      };
      await until('two resumptions', change, {
        everyMs: 0,
        seen: () => ({ opened, errors: recorder.errors }),
      });
      await writer.apply(configMap(namespace, 'b', '1'));
      await recorder.until('the change after two resumptions', () => recorder.objects.has(`${namespace}/b`));
      assert.deepEqual(recorder.errors, []);
      assert.equal(recorder.syncs, 1);
    } finally {
      recorder.watch.stop();
    }
  });

  test('leaves no connection open when it is stopped', async () => {
    const namespace = await newNamespace();
    const via = await startProxyTo(cp);
    const transport = await connect({ kubeconfig: via.kubeconfig });
    const recorder = new WatchRecorder<ConfigMap>({ transport, path: collectionPath(TYPE, namespace) });
    await recorder.until('the watch is open', () => recorder.connected);
    const before = via.proxy.open;
    recorder.watch.stop();
    await until('one connection is closed', () => via.proxy.open !== before, { everyMs: 0 });
    assert.equal(via.proxy.open, 1, 'only the connection of the list, kept for the next request');
    const reported = recorder.states.length + recorder.changes.length;
    await writer.apply(configMap(namespace, 'late', '1'));
    assert.equal(recorder.states.length + recorder.changes.length, reported);
    await transport.close();
    await until('all are closed', () => via.proxy.open === 0, { everyMs: 0, seen: () => via.proxy.open });
    await via.proxy.stop();
  });
});

async function truth(namespace: string): Promise<string[]> {
  const list = (await direct.request({ method: 'GET', path: collectionPath(TYPE, namespace) })) as {
    items: ConfigMap[];
  };
  return list.items.map((item) => `${item.metadata.name}=${item.data?.value}`).sort();
}
