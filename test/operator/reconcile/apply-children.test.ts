import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Manifest, Writer } from '../../../kube/apply.ts';
import { ApiError } from '../../../kube/errors.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { childMetadata } from '../../../operator/desired/metadata.ts';
import { childLabels } from '../../../operator/objects/child-labels.ts';
import { ROLLOUT_STOPPED } from '../../../operator/objects/workload.ts';
import { type Applied, type ApplyDeps, applyChildren } from '../../../operator/reconcile/apply-children.ts';
import { OPERATOR_ANNOTATION } from '../../../operator/reconcile/changed-by.ts';
import { createContestTracker, LONGEST_WAIT_MS } from '../../../operator/reconcile/contest-tracker.ts';
import { createWriteCache } from '../../../operator/reconcile/write-cache.ts';
import type { Collections } from '../../../operator/watch/cluster-cache.ts';
import { owner } from '../owner.ts';

const OWNER = owner();
const KEY = 'shop/edge';
type Live = KubeObject & { readonly spec?: object };

/** An API server with one Role, and an operator that wants `wanted` of it. */
const server = () => {
  let live: Live | undefined;
  let version = 1;
  let now = 0;
  let refusal: ApiError | undefined;
  const sent: Manifest[] = [];
  const put = (object: Live): Live => {
    version += 1;
    const { uid = `u${version}` } = object.metadata;
    live = { ...object, metadata: { ...object.metadata, uid, resourceVersion: String(version) } };
    return live;
  };
  const write = async (manifest: Manifest): Promise<Live> => {
    sent.push(manifest);
    if (refusal !== undefined) throw refusal;
    return structuredClone(put(manifest));
  };
  const writer = {
    apply: write,
    applyNew: write,
    async remove() {
      live = undefined;
      return 'Removed';
    },
  } as unknown as Writer;
  const writeCache = createWriteCache();
  const deps: ApplyDeps = {
    collections: { Role: { get: () => live } } as unknown as Collections,
    writer,
    handOverWriter: writer,
    read: async () => live ?? assert.fail('there is none'),
    writeCache,
    contestTracker: createContestTracker(),
    fieldManager: 'operator',
    identity: 'this one',
    now: () => now,
  };
  const wanted = (verb: string): Manifest =>
    ({
      apiVersion: 'v1',
      kind: 'Role',
      metadata: childMetadata(OWNER),
      rules: [{ verbs: [verb] }],
    }) as Manifest;
  return {
    sent,
    put,
    get live() {
      return live;
    },
    refuse: (error: ApiError) => {
      refusal = error;
    },
    pass: (ms: number) => {
      now += ms;
    },
    /** The object is deleted, and the watch reports it. */
    lose: () => {
      live = undefined;
      writeCache.forget(`${KEY} Role`);
    },
    /** Another writer, with this name in managedFields, changes the Role. */
    change: (manager: string, annotations: object = {}) =>
      put({
        ...wanted('theirs'),
        metadata: {
          ...(live?.metadata ?? childMetadata(OWNER)),
          annotations: annotations as never,
          managedFields: [{ manager, operation: 'Apply', fieldsV1: { 'f:rules': {} } }],
        } as object as KubeObject['metadata'],
      }),
    /**
     * The managedFields of an object that only the operator has written; with other annotations if somebody
     * removed them.
     */
    own: (annotations: object | undefined = live?.metadata.annotations) =>
      put({
        ...(live ?? assert.fail('there is none')),
        metadata: {
          ...live?.metadata,
          ...(annotations === undefined ? {} : { annotations: annotations as never }),
          managedFields: [{ manager: 'operator', operation: 'Apply', fieldsV1: { 'f:rules': {} } }],
        } as object as KubeObject['metadata'],
      }),
    apply: (
      verb: string | undefined,
      epoch = 'u 1',
      isUrgent = false,
      annotations?: Readonly<Record<string, string>>,
    ): Promise<Applied> => {
      const plain = verb === undefined ? undefined : wanted(verb);
      const child = plain && annotations ? { ...plain, metadata: { ...plain.metadata, annotations } } : plain;
      return applyChildren(
        KEY,
        OWNER,
        [{ apiVersion: 'v1', kind: 'Role', wanted: child }],
        { epoch, isUrgent },
        deps,
      );
    },
  };
};
type Server = ReturnType<typeof server>;

test('a change by another writer is put back naming that writer, at growing intervals', async () => {
  const one = server();
  assert.deepEqual((await one.apply('get')).created, ['Role']);
  const rounds: number[] = [];
  for (let second = 0; second < 10; second++) {
    one.change('somebody');
    const { repaired, contestedMs } = await one.apply('get');
    const [repair] = repaired;
    if (repair === undefined) assert.ok(contestedMs !== undefined && contestedMs <= LONGEST_WAIT_MS);
    else {
      assert.deepEqual([repair.kind, repair.by, repair.where], ['Role', ['somebody'], ['rules']]);
      rounds.push(repair.rounds);
    }
    one.pass(1000);
  }
  assert.deepEqual(rounds, [1, 2, 3, 4], 'after 0, 1, 3 and 7 s');
});

test('a user’s change of the spec and an urgent change do not wait for the end of a contest', async () => {
  const one = server();
  await one.apply('get');
  for (let round = 0; round < 4; round++) {
    one.change('somebody');
    await one.apply('get');
    one.pass(500);
  }
  one.change('somebody');
  assert.notEqual((await one.apply('get')).contestedMs, undefined);
  assert.equal((await one.apply('get', 'u 1', true)).repaired.length, 1);
  one.change('somebody');
  const changed = await one.apply('list', 'u 2');
  assert.deepEqual([changed.updated, changed.contestedMs], [['Role'], undefined]);
});

test('two contents that alternate because of what another operator writes are contested as well', async () => {
  const one = server();
  const done: string[] = [];
  for (let round = 0; round < 14; round++) {
    one.change('operator');
    const { updated, repaired, contestedMs } = await one.apply(round % 2 === 0 ? 'get' : 'list');
    done.push(updated[0] ? 'updated' : repaired[0] ? 'repaired' : `waits ${contestedMs}`);
    one.pass(100);
  }
  assert.deepEqual(done.slice(0, 3), ['updated', 'updated', 'repaired']);
  assert.equal(done.filter((what) => what === 'repaired').length, 2, done.join(', '));
});

test('alternating contents are plain updates, however often, if nobody else changes anything', async () => {
  const one = server();
  for (let round = 0; round < 5; round++)
    for (const verb of ['get', 'list', undefined]) {
      const { created, updated, removed, ...rest } = await one.apply(verb);
      const done = { get: created, list: updated }[verb ?? ''] ?? removed;
      assert.deepEqual(done, ['Role'], `${verb} in round ${round}`);
      assert.deepEqual([rest.repaired, rest.contestedMs], [[], undefined]);
      if (verb === undefined) one.lose();
      else one.own();
      assert.equal(one.live?.metadata.annotations?.[OPERATOR_ANNOTATION], undefined);
    }
});

test('retrying a stopped rollout by removing its record is not a change by another writer', async () => {
  const one = server();
  for (let round = 0; round < 5; round++) {
    await one.apply('get');
    one.own();
    const stopped = await one.apply('list', 'u 1', true, { [ROLLOUT_STOPPED]: 'why' });
    assert.deepEqual([stopped.updated, stopped.repaired], [['Role'], []]);
    one.own({});
    const again = await one.apply('get');
    assert.deepEqual([again.updated, again.repaired, again.contestedMs], [['Role'], [], undefined]);
    one.own();
  }
});

test('alternating contents repair what another writer changed in between', async () => {
  const change = (one: Server) => one.change('somebody');
  const lose = (one: Server) => one.lose();
  for (const [last, happen, next, expected] of [
    ['list', () => undefined, 'get', undefined],
    ['list', change, 'get', 'Changed rules'],
    ['list', lose, 'get', 'Deleted '],
    [undefined, change, 'get', 'Changed rules'],
    [undefined, change, undefined, 'Recreated '],
    ['list', change, undefined, undefined],
  ] as const) {
    const one = server();
    for (const verb of ['get', undefined, last]) {
      await one.apply(verb);
      if (verb === undefined) one.lose();
      else one.own();
    }
    happen(one);
    const [repair] = (await one.apply(next)).repaired;
    assert.equal(repair && `${repair.what} ${repair.where}`, expected);
  }
});

test('a child that somebody keeps deleting is recreated at growing intervals', async () => {
  const one = server();
  await one.apply('get');
  const made: number[] = [];
  for (let tenth = 0; tenth < 80; tenth++) {
    one.lose();
    const { repaired } = await one.apply('get');
    if (repaired.length > 0) made.push(tenth / 10);
    one.pass(100);
  }
  assert.deepEqual(made, [0, 1, 3, 7]);
});

test('a second operator is answered with a signature and named by its own, and in a steady state nothing is signed', async () => {
  const one = server();
  await one.apply('get');
  assert.equal(one.sent.at(-1)?.metadata.annotations, undefined);
  one.change('operator', { [OPERATOR_ANNOTATION]: 'the other one' });
  const [repair] = (await one.apply('get')).repaired;
  assert.deepEqual([repair?.isOperator, repair?.by], [true, ['the other one']]);
  assert.equal(one.sent.at(-1)?.metadata.annotations?.[OPERATOR_ANNOTATION], 'this one');
  const writes = one.sent.length;
  for (let again = 0; again < 5; again++) await one.apply('get');
  assert.equal(one.sent.length, writes);
});

test('an object without an owner but with all labels of a child is adopted, and removed if it is not wanted', async () => {
  for (const [verb, expected] of [
    ['get', { adopted: ['Role'], removed: [] }],
    [undefined, { adopted: [], removed: ['Role'] }],
  ] as const) {
    const one = server();
    one.put({ metadata: { name: 'l4b-edge', namespace: 'shop', labels: childLabels('edge') } });
    const { adopted, removed, problems } = await one.apply(verb);
    assert.deepEqual({ adopted, removed }, expected);
    assert.deepEqual(problems, []);
  }
});

test('another manager’s field that blocks a write is reported with the refusal, even while the write is not retried', async () => {
  const one = server();
  await one.apply('get');
  one.put({
    ...(one.live ?? assert.fail()),
    metadata: {
      ...one.live?.metadata,
      managedFields: [{ manager: 'somebody', fieldsV1: { 'f:spec': { 'f:other': {} } } }],
    } as object as KubeObject['metadata'],
    spec: { other: 1 },
  });
  const body = JSON.stringify({ message: 'no', details: { causes: [{ field: 'spec.other' }] } });
  one.refuse(new ApiError({ method: 'PATCH', path: '/x', httpStatus: 422, body }));
  for (let again = 0; again < 2; again++) {
    const [problem] = (await one.apply('list')).problems;
    assert.deepEqual(problem?.foreign, [{ field: 'spec.other', by: ['somebody'] }]);
  }
});
