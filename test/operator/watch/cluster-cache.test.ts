import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../kube/errors.ts';
import type { ListWatchOptions } from '../../../kube/list-watch.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { WATCHED_KINDS, type WatchedKind } from '../../../operator/watch/kinds.ts';
import { lost, startScriptedCache } from './scripted-watches.ts';

const OPTIONAL: WatchedKind = 'PodDisruptionBudget';
const UNKNOWN = new ApiError({ method: 'GET', path: '/x', httpStatus: 404, body: '' });

/** A cache, and what it tells. */
const played = (namespaces: readonly string[] = []) => {
  const told: string[] = [];
  const play = startScriptedCache(
    {
      onChange: (kind, { metadata }, { isGone }) =>
        told.push(`${kind} ${metadata.namespace}/${metadata.name} ${isGone ? 'gone' : 'there'}`),
      onState: (_, state, watch) => told.push(`${watch} ${state.connected ? 'connected' : 'lost'}`),
      onAbsent: (_, watch) => told.push(`${watch} absent`),
      onListed: (kind, missed) => missed > 0 && told.push(`${kind} missed ${missed}`),
      onServed: (kind, isServed) => told.push(`${kind} ${isServed ? 'served' : 'not served'}`),
      onSynced: (namespace) => told.push(namespace === undefined ? 'synced' : `${namespace} synced`),
    },
    { namespaces, isOptional: (kind) => kind === OPTIONAL },
  );
  return { told, ...play };
};

const object = (namespace: string, name: string): KubeObject => ({ metadata: { namespace, name } });
const BUDGETS = '/apis/policy/v1/poddisruptionbudgets';
const syncAllBut = (watches: ReadonlyMap<string, ListWatchOptions<KubeObject>>, left: string) => {
  for (const [path, { onSync }] of watches) if (path !== left) onSync(new Map(), 0);
};

test('an optional kind that the API server does not know holds nothing up, and is not ill', () => {
  const { cache, told, watches, at } = played();
  syncAllBut(watches, BUDGETS);
  assert.deepEqual(told, []);
  at(BUDGETS).onState?.(lost(UNKNOWN));
  at(BUDGETS).onState?.(lost(UNKNOWN));
  assert.deepEqual(told, [`${OPTIONAL} not served`, `${OPTIONAL} absent`, 'synced', `${OPTIONAL} absent`]);
  assert.equal(cache.serves(OPTIONAL), false);
  assert.equal(cache.serves('Pod'), true);
  assert.equal(cache.health().length, WATCHED_KINDS.length - 1);
});

test('an optional kind may come later, and go again with its objects', () => {
  const { cache, told, watches, at } = played();
  syncAllBut(watches, BUDGETS);
  at(BUDGETS).onState?.(lost(UNKNOWN));
  told.length = 0;
  at(BUDGETS).onSync(new Map([['shop/a', object('shop', 'a')]]), 0);
  assert.deepEqual(told, [`${OPTIONAL} shop/a there`, `${OPTIONAL} served`]);
  assert.equal(cache.serves(OPTIONAL), true);
  assert.equal(cache.health().length, WATCHED_KINDS.length);
  told.length = 0;
  at(BUDGETS).onState?.(lost(UNKNOWN));
  assert.deepEqual(told, [`${OPTIONAL} shop/a gone`, `${OPTIONAL} not served`, `${OPTIONAL} absent`]);
  assert.equal(cache.collections[OPTIONAL].size, 0);
});

test('a kind that must be there is waited for, and so is an optional one that is refused', () => {
  const { told, watches, at } = played();
  syncAllBut(watches, BUDGETS);
  at(BUDGETS).onState?.(lost(new ApiError({ method: 'GET', path: '/x', httpStatus: 403, body: '' })));
  at('/api/v1/pods').onState?.(lost(UNKNOWN));
  assert.deepEqual(told, [`${OPTIONAL} lost`, 'Pod lost']);
});

test('with namespaces named, each has watches of its own and nothing is asked of the cluster', () => {
  const { cache, told, watches, at } = played(['shop', 'edge']);
  assert.equal(watches.size, 2 * (WATCHED_KINDS.length - 1));
  for (const path of watches.keys()) assert.match(path, /\/namespaces\/(shop|edge)\//);
  assert.equal(cache.serves('Node'), false);
  syncAllBut(watches, '/api/v1/namespaces/edge/pods');
  assert.deepEqual(told, ['shop synced'], 'one namespace waits for no other');
  assert.deepEqual([cache.isSynced('shop'), cache.isSynced('edge')], [true, false]);
  told.length = 0;
  at('/api/v1/namespaces/shop/pods').onSync(new Map([['shop/a', object('shop', 'a')]]), 0);
  at('/api/v1/namespaces/edge/pods').onSync(new Map([['edge/b', object('edge', 'b')]]), 3);
  assert.deepEqual(told, ['Pod shop/a there', 'Pod missed 3', 'Pod edge/b there', 'edge synced']);
  assert.equal(cache.collections.Pod.size, 2);
  at('/api/v1/namespaces/edge/pods').onState?.(lost(UNKNOWN));
  assert.equal(told.at(-1), 'Pod in edge lost');
  assert.equal(cache.isSynced('edge'), true, 'what was known is known still');
});
