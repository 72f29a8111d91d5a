import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../../../crds/status.ts';
import { ApiError } from '../../../kube/errors.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { CONTESTED_ROUNDS, createContestTracker } from '../../../operator/reconcile/contest-tracker.ts';
import { createWriteCache } from '../../../operator/reconcile/write-cache.ts';
import { STATUS_INTERVAL_MS, writeStatus } from '../../../operator/reconcile/write-status.ts';

const KEY = 'shop/edge';
const status = (replicas: number): Status => ({ observedGeneration: 1, replicas, addresses: [] });
const root = (resourceVersion: string, has?: object): KubeObject => ({
  metadata: { name: 'edge', namespace: 'shop', uid: 'u', resourceVersion },
  ...{ status: has },
});

/** An API server that stores the status it receives, filtered by `keep`. */
const apiServer = (keep: (given: object) => object = (given) => given) => {
  const contestTracker = createContestTracker();
  const deps = {
    writeCache: createWriteCache(),
    contestTracker,
    fieldManager: 'operator',
    identity: 'this one',
  };
  let time = 0;
  let version = 10;
  const sent: object[] = [];
  const applyStatus = async (manifest: object) => {
    sent.push(manifest);
    return root(String(++version), keep((manifest as { status: object }).status)) as never;
  };
  return {
    sent,
    contestTracker,
    pass: (ms: number) => {
      time += ms;
    },
    write: (live: KubeObject, wanted: Status) =>
      writeStatus(KEY, live, wanted, {
        ...deps,
        writer: { applyStatus },
        read: async () => live,
        now: () => time,
      }),
  };
};

test('a status is written with the uid, so that a later resource of the same name never gets it', async () => {
  const { sent, write } = apiServer();
  assert.deepEqual(await write(root('1'), status(1)), { kind: 'Written' });
  assert.deepEqual(sent, [
    {
      apiVersion: 'l4balancer.dev/v1alpha1',
      kind: 'L4Balancer',
      metadata: { name: 'edge', namespace: 'shop', uid: 'u' },
      status: status(1),
    },
  ]);
});

test('an unchanged status is not written, even right after a start, and whatever the order of its fields', async () => {
  const { sent, write } = apiServer();
  const { observedGeneration, replicas, addresses } = status(1);
  const live = root('1', { addresses, replicas, observedGeneration, other: 'of somebody else' });
  assert.deepEqual(await write(live, status(1)), { kind: 'Unchanged' });
  assert.equal(sent.length, 0);
});

test('a status written a moment ago is not written again because the cache is behind', async () => {
  const { sent, write } = apiServer();
  await write(root('1'), status(1));
  assert.deepEqual(await write(root('1'), status(1)), { kind: 'Unchanged' });
  assert.equal(sent.length, 1);
});

test('rapid changes are combined into one write at the end of the pause', async () => {
  const { sent, pass, write } = apiServer();
  await write(root('1'), status(1));
  pass(100);
  assert.deepEqual(await write(root('11', status(1)), status(2)), {
    kind: 'Paced',
    afterMs: STATUS_INTERVAL_MS - 100,
  });
  pass(STATUS_INTERVAL_MS - 100);
  assert.deepEqual(await write(root('11', status(1)), status(3)), { kind: 'Written' });
  assert.equal(sent.length, 2);
});

test('fields that an API server with an older CRD drops are not sent again and again', async () => {
  const { sent, pass, write } = apiServer(() => ({ replicas: 1 }));
  await write(root('1'), status(1));
  pass(60_000);
  assert.deepEqual(await write(root('11', { replicas: 1 }), status(1)), { kind: 'Unchanged' });
  assert.equal(sent.length, 1);
});

test('another writer’s change of the status is put back', async () => {
  const { pass, write } = apiServer();
  await write(root('1'), status(1));
  pass(60_000);
  assert.deepEqual(await write(root('20', status(9)), status(1)), { kind: 'Written' });
});

test('a status that another writer keeps changing is put back at growing intervals, and reported as contested', async () => {
  const { sent, contestTracker, pass, write } = apiServer();
  await write(root('1'), status(1));
  const managedFields = [
    {
      manager: 'operator',
      operation: 'Apply',
      subresource: 'status',
      fieldsV1: { 'f:status': { 'f:replicas': {} } },
    },
  ];
  const writtenAt: number[] = [];
  for (let second = 1; second <= 300; second++) {
    pass(1000);
    // The other writer sees other pods each time, so neither content stays the same.
    const theirs = root(String(100 + second), status(50 + (second % 2)));
    Object.assign(theirs.metadata, { managedFields });
    const result = await write(theirs, status(second % 2));
    if (result.kind === 'Written') writtenAt.push(second);
    else assert.equal(result.kind, 'Contested');
  }
  assert.deepEqual(writtenAt, [1, 2, 4, 8, 16, 32, 64, 124, 184, 244]);
  assert.equal(sent.length, 1 + writtenAt.length);
  const [contest] = contestTracker.of(KEY, 300_000);
  assert.ok((contest?.rounds ?? 0) >= CONTESTED_ROUNDS, JSON.stringify(contest));
  assert.deepEqual(
    [contest?.kind, contest?.isOperator, contest?.where],
    ['status', true, ['status.replicas']],
  );
});

test('a status that alternates only because of its own pods is not a contest', async () => {
  const { contestTracker, pass, write } = apiServer();
  let live = root('1');
  for (let flip = 0; flip < 20; flip++) {
    pass(1000);
    assert.deepEqual(await write(live, status(flip % 2)), { kind: 'Written' });
    live = root(String(11 + flip), status(flip % 2));
  }
  assert.deepEqual(contestTracker.of(KEY, 20_000), []);
});

test('a resource that has been deleted meanwhile is not an error', async () => {
  const gone = new ApiError({ method: 'PATCH', path: '/x', httpStatus: 404, body: '' });
  const deps = {
    writer: { applyStatus: () => Promise.reject(gone) },
    read: () => Promise.reject(gone),
    writeCache: createWriteCache(),
    contestTracker: createContestTracker(),
    fieldManager: 'operator',
    identity: 'this one',
    now: () => 0,
  };
  assert.deepEqual(await writeStatus(KEY, root('1'), status(1), deps), { kind: 'Gone' });
});

test('shares of limits are written only to the version of the resource that they are based on', async () => {
  const limits: Status['limits'] = [{ listener: 'web', limit: 'connections', shares: [] }];
  const outdated = new ApiError({ method: 'PATCH', path: '/x', httpStatus: 409, body: '' });
  const sent: { readonly metadata?: object }[] = [];
  const deps = {
    writer: {
      applyStatus: (manifest: object) => {
        sent.push(manifest);
        return Promise.reject(outdated);
      },
    },
    read: () => Promise.reject(outdated),
    writeCache: createWriteCache(),
    contestTracker: createContestTracker(),
    fieldManager: 'operator',
    identity: 'this one',
    now: () => 0,
  };
  const result = await writeStatus(KEY, root('12'), { ...status(1), limits }, deps, root('11'));
  assert.deepEqual(sent[0]?.metadata, { name: 'edge', namespace: 'shop', uid: 'u', resourceVersion: '11' });
  assert.deepEqual(result, { kind: 'Paced', afterMs: STATUS_INTERVAL_MS }, 'it has changed since');
});
