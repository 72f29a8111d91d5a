import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ensureOperator, removeOperator } from './support/operator.ts';
import { World } from './support/world.ts';

let world: World;

before(async () => {
  world = await World.open('deletion');
});

after(() => world?.close());

test('deleting a resource deletes all its children', async () => {
  await world.serving('gone', 1, {
    workload: {
      replicas: 2,
      resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '50m', memory: '128Mi' } },
    },
  });
  assert.notEqual(await world.childrenLeft(), '');
  await world.removed('gone');
});

test('a resource and its namespace can be deleted after the operator is gone', async () => {
  await world.serving('orphan', 1);
  await removeOperator(world.cluster);
  try {
    const crd = await world.cluster.kubectl(['get', 'crd', 'l4balancers.l4balancer.dev', '-o', 'name']);
    assert.match(crd.stdout, /l4balancers/, 'the CRD outlives the chart');
    await world.kubectl(['delete', 'l4balancer', 'orphan', '--timeout=60s']);
    await world.cluster.kubectl(['delete', 'namespace', world.namespace, '--timeout=90s']);
  } finally {
    await ensureOperator(world.cluster);
  }
});
