import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startControlPlane } from '../../cluster/control-plane/control-plane.ts';
import { createWriter } from '../../kube/apply.ts';
import { connect } from '../../kube/connect.ts';
import type { KubeObject } from '../../kube/object.ts';
import { collectionPath } from '../../kube/paths.ts';
import { startProxyTo } from './via-proxy.ts';
import { quickDeps, WatchRecorder } from './watch-recorder.ts';

const TYPE = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
const ROUNDS = 40;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/** mulberry32: the same seed reproduces the same failures. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(`whatever the network does, a follower eventually has the same objects as the server (SEED=${SEED})`, async (t) => {
  const random = seeded(SEED);
  const below = (limit: number) => Math.floor(random() * limit);
  const cp = await startControlPlane();
  t.after(() => cp.stop());
  const { proxy, kubeconfig } = await startProxyTo(cp);
  t.after(() => proxy.stop());
  const direct = await connect({ kubeconfig: cp.kubeconfig });
  t.after(() => direct.close());
  const flaky = await connect({ kubeconfig });
  t.after(() => flaky.close());
  const writer = createWriter(direct, 'test');
  const path = collectionPath(TYPE, 'default');
  const recorder = new WatchRecorder(
    { transport: flaky, path },
    quickDeps({ silenceMs: 1_000, pageTimeoutMs: 1_000, shortestMs: 100, serverSeconds: 2 }),
  );
  t.after(() => recorder.watch.stop());

  const troubles = [
    () => proxy.cut(),
    () => proxy.cutAfter(below(3_000)),
    () => proxy.stall(),
    () => proxy.resume(),
    () => proxy.refuse(),
    () => proxy.accept(),
    () => recorder.until('the watch is open', () => recorder.connected),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    // Waiting for the watch makes sense only while the proxy forwards.
    const trouble = below(troubles.length);
    if (trouble === troubles.length - 1) {
      proxy.resume();
      await proxy.accept();
    }
    await troubles[trouble]?.();
    for (let writes = below(6); writes > 0; writes--) {
      const name = `m-${below(12)}`;
      if (below(4) === 0) await writer.remove({ ...TYPE, namespace: 'default', name });
      else {
        const manifest = {
          ...TYPE,
          metadata: { name, namespace: 'default' },
          data: { round: `${round}.${writes}` },
        };
        await writer.apply(manifest);
      }
    }
  }
  proxy.resume();
  proxy.cutAfter(Number.POSITIVE_INFINITY);
  await proxy.accept();

  const last = { ...TYPE, metadata: { name: 'last', namespace: 'default' } };
  await writer.apply(last);
  await recorder.until('the last object', () => recorder.objects.has('default/last'));
  const versions = (objects: Iterable<KubeObject>) =>
    [...objects].map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort();
  const { items } = (await direct.request({ method: 'GET', path })) as { items: KubeObject[] };
  assert.deepEqual(versions(recorder.objects.values()), versions(items));
  t.diagnostic(
    `${recorder.errors.length} losses, ${recorder.syncs} lists, ${recorder.changes.length} changes`,
  );
});
