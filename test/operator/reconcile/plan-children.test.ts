import assert from 'node:assert/strict';
import { test } from 'node:test';
import { API_VERSION, KIND } from '../../../crds/resource-type.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { ACCOUNT } from '../../../operator/desired/account.ts';
import type { Child } from '../../../operator/desired/children.ts';
import { childMetadata } from '../../../operator/desired/metadata.ts';
import { FIRST, REVISION_ANNOTATION } from '../../../operator/desired/revisions/all.ts';
import { gather, writeName } from '../../../operator/reconcile/gather.ts';
import { planChildren } from '../../../operator/reconcile/plan-children.ts';
import { createWriteCache, type WriteCache } from '../../../operator/reconcile/write-cache.ts';
import { createProbeResults } from '../../../operator/rollout/probe-results.ts';
import type { Collections } from '../../../operator/watch/cluster-cache.ts';
import { Collection } from '../../../operator/watch/collection.ts';
import { WATCHED_KINDS, type WatchedKind } from '../../../operator/watch/kinds.ts';
import { MINIMAL, owner, RENDER, UID } from '../owner.ts';

type Objects = Partial<Readonly<Record<WatchedKind, KubeObject>>>;

/**
 * What happens to the children of a resource when its operator, which has a new image, finds these objects.
 */
const planned = async (
  workload: object,
  objects: Objects,
  writeCache: WriteCache = createWriteCache(),
): Promise<readonly Child[]> => {
  const collections = Object.fromEntries(
    WATCHED_KINDS.map((kind) => [kind, new Collection()]),
  ) as unknown as Collections;
  const spec = { ...MINIMAL, workload };
  const root = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'edge', namespace: 'shop', uid: UID, generation: 1 },
    spec,
  };
  collections.L4Balancer.replace(new Map([['shop/edge', root]]));
  for (const [kind, object] of Object.entries(objects))
    (collections[kind as WatchedKind] as Collection<KubeObject>).replace(
      new Map([['shop/l4b-edge', object]]),
    );
  const gathered = gather('shop/edge', collections, writeCache, 0) ?? assert.fail('there is no resource');
  const { gated } = await planChildren(
    gathered,
    owner({ workload }),
    { ...RENDER, proxyImage: 'registry.example/newer:2' },
    { serves: () => true, nodes: () => [], probeResults: createProbeResults(), read: () => assert.fail() },
  );
  return gated.children;
};

const { ownerReferences: _, ...orphaned } = childMetadata(owner());
const child = (uid: string, more: object = {}): KubeObject => ({
  metadata: { ...orphaned, uid, resourceVersion: '1' },
  ...more,
});
/** Pods that an older operator created, after the previous account was replaced. */
const OLD = { image: 'registry.example/older:1', account: 'account', revision: FIRST };
const pods = {
  spec: {
    replicas: 1,
    template: {
      metadata: { annotations: { [REVISION_ANNOTATION]: OLD.revision, [ACCOUNT]: OLD.account } },
      spec: { containers: [{ name: 'proxy', image: OLD.image }] },
    },
  },
};
const isPlanned = (children: readonly Child[], kind: string): unknown => {
  const found = children.find((one) => one.kind === kind);
  if (found === undefined) return 'left as it is';
  if (found.wanted === undefined) return 'removed';
  const { template } = (found.wanted as unknown as typeof pods).spec;
  return {
    image: template.spec.containers[0]?.image,
    account: template.metadata.annotations[ACCOUNT],
    revision: template.metadata.annotations[REVISION_ANNOTATION] ?? FIRST,
  };
};

test('pods without an owner are adopted unchanged, even by an operator of another version', async () => {
  for (const kind of ['Deployment', 'DaemonSet'] as const) {
    const objects = { ServiceAccount: child(OLD.account), [kind]: child('workload', pods) };
    assert.deepEqual(isPlanned(await planned({ kind }, objects), kind), OLD);
  }
});

test('pods without an owner, of a kind that the spec does not ask for, serve until the new ones do', async () => {
  for (const [kind, other] of [
    ['Deployment', 'DaemonSet'],
    ['DaemonSet', 'Deployment'],
  ] as const)
    assert.equal(
      isPlanned(await planned({ kind }, { [other]: child('workload', pods) }), other),
      'left as it is',
    );
});

test('pods are not recreated if somebody removes the owner of their workload', async () => {
  const writeCache = createWriteCache();
  const labels = { other: 'labels' };
  const live = child('workload', pods);
  const bare = { ...live, metadata: { ...live.metadata, labels } };
  writeCache.confirm(writeName('shop/edge', 'Deployment'), {}, live, 0);
  const children = await planned({}, { ServiceAccount: child(OLD.account), Deployment: bare }, writeCache);
  assert.deepEqual(isPlanned(children, 'Deployment'), OLD);
});

test('objects of other owners do not count', async () => {
  const theirs = { kind: 'L4Balancer', name: 'edge', uid: 'of one before', controller: true };
  const live = child('workload', pods);
  const metadata = { ...live.metadata, ownerReferences: [theirs] as never };
  const children = await planned({}, { Deployment: { ...live, metadata } });
  assert.notDeepEqual(isPlanned(children, 'Deployment'), OLD);
});
