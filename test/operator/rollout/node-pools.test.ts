import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodePools } from '../../../operator/rollout/node-pools.ts';
import { node } from './cluster.ts';

const pools = (...nodes: readonly ReturnType<typeof node>[]) =>
  nodePools(nodes).map((pool) => pool.nodes.join(' '));

test('nodes that differ only in their name and their zone are one pool', () => {
  assert.deepEqual(
    pools(
      node('n2', { pool: 'a', 'topology.kubernetes.io/zone': 'z2' }),
      node('n1', { pool: 'a', 'topology.kubernetes.io/zone': 'z1' }),
      node('n3', { pool: 'b' }),
    ),
    ['n1 n2', 'n3'],
  );
});

test('a taint that comes and goes with the condition of a node does not change its pool', () => {
  const notReady = node(
    'n2',
    {},
    { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }] },
  );
  assert.deepEqual(pools(node('n1'), notReady), ['n1 n2']);
});

test('nodes with other taints or another kubelet version are another pool', () => {
  const old = node('n2');
  const tainted = node('n3', {}, { taints: [{ key: 'a', effect: 'NoSchedule' }] });
  const oldKubelet = { ...old, status: { ...old.status, nodeInfo: { kubeletVersion: 'v1.33.0' } } };
  assert.deepEqual(pools(node('n1'), oldKubelet, tainted), ['n1', 'n2', 'n3']);
});

test('the key of a pool changes when a node is added, changed or removed, and does not depend on their order', () => {
  const key = (...nodes: readonly ReturnType<typeof node>[]) => nodePools(nodes)[0]?.key;
  const [a, b] = [node('a'), node('b')];
  assert.equal(key(a, b), key(b, a));
  assert.notEqual(key(a, b), key(a));
  assert.notEqual(key(a), key({ ...a, metadata: { ...a.metadata, uid: 'new' } }));
});
