import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../../../crds/status.ts';
import { ApiError } from '../../../kube/errors.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { createLedger } from '../../../operator/reconcile/ledger.ts';
import { STATUS_EVERY_MS, writeStatus } from '../../../operator/reconcile/write-status.ts';

const KEY = 'shop/edge';
const status = (replicas: number): Status => ({ observedGeneration: 1, replicas, addresses: [] });
const root = (resourceVersion: string, has?: object): KubeObject => ({
  metadata: { name: 'edge', namespace: 'shop', uid: 'u', resourceVersion },
  ...{ status: has },
});

/** An API server that keeps what it is given, as `keep` lets it. */
const world = (keep: (given: object) => object = (given) => given) => {
  const ledger = createLedger();
  let time = 0;
  let version = 10;
  const sent: object[] = [];
  const applyStatus = async (manifest: object) => {
    sent.push(manifest);
    return root(String(++version), keep((manifest as { status: object }).status)) as never;
  };
  return {
    sent,
    pass: (ms: number) => {
      time += ms;
    },
    write: (live: KubeObject, wanted: Status) =>
      writeStatus(KEY, live, wanted, { writer: { applyStatus }, ledger, now: () => time }),
  };
};

test('a status is written with the uid, so that no later resource of the name gets it', async () => {
  const { sent, write } = world();
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

test('what is there already is not written, also right after a start, and whatever the order of its fields', async () => {
  const { sent, write } = world();
  const { observedGeneration, replicas, addresses } = status(1);
  const live = root('1', { addresses, replicas, observedGeneration, other: 'of somebody else' });
  assert.deepEqual(await write(live, status(1)), { kind: 'Unchanged' });
  assert.equal(sent.length, 0);
});

test('what was written a moment ago is not written again because the cache is behind', async () => {
  const { sent, write } = world();
  await write(root('1'), status(1));
  assert.deepEqual(await write(root('1'), status(1)), { kind: 'Unchanged' });
  assert.equal(sent.length, 1);
});

test('changes that come fast are told in one, at the end of the pause', async () => {
  const { sent, pass, write } = world();
  await write(root('1'), status(1));
  pass(100);
  assert.deepEqual(await write(root('11', status(1)), status(2)), {
    kind: 'Paced',
    afterMs: STATUS_EVERY_MS - 100,
  });
  pass(STATUS_EVERY_MS - 100);
  assert.deepEqual(await write(root('11', status(1)), status(3)), { kind: 'Written' });
  assert.equal(sent.length, 2);
});

test('fields that an API server with an older CRD drops are not sent for ever', async () => {
  const { sent, pass, write } = world(() => ({ replicas: 1 }));
  await write(root('1'), status(1));
  pass(60_000);
  assert.deepEqual(await write(root('11', { replicas: 1 }), status(1)), { kind: 'Unchanged' });
  assert.equal(sent.length, 1);
});

test('what somebody else changed in the status is put back', async () => {
  const { pass, write } = world();
  await write(root('1'), status(1));
  pass(60_000);
  assert.deepEqual(await write(root('20', status(9)), status(1)), { kind: 'Written' });
});

test('a resource that is gone by now is no error', async () => {
  const gone = new ApiError({ method: 'PATCH', path: '/x', httpStatus: 404, body: '' });
  const deps = { writer: { applyStatus: () => Promise.reject(gone) }, ledger: createLedger(), now: () => 0 };
  assert.deepEqual(await writeStatus(KEY, root('1'), status(1), deps), { kind: 'Gone' });
});
