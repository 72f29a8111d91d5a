import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../kube/errors.ts';
import type { ListWatchOptions } from '../../../kube/list-watch.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { WATCHED_KINDS, type WatchedKind } from '../../../operator/watch/kinds.ts';
import { lost, startScriptedCache } from './scripted-watches.ts';

const OPTIONAL: WatchedKind = 'PodDisruptionBudget';
const UNKNOWN = new ApiError({ method: 'GET', path: '/x', httpStatus: 404, body: '' });

/** A cache, and the events that it reports. */
const scriptedCache = (namespaces: readonly string[] = []) => {
  const reported: string[] = [];
  const play = startScriptedCache(
    {
      onChange: (kind, { metadata }, { isGone }) =>
        reported.push(`${kind} ${metadata.namespace}/${metadata.name} ${isGone ? 'gone' : 'there'}`),
      onState: (_, state, watch) => reported.push(`${watch} ${state.connected ? 'connected' : 'lost'}`),
      onAbsent: (_, watch) => reported.push(`${watch} absent`),
      onListed: (kind, missed) => missed > 0 && reported.push(`${kind} missed ${missed}`),
      onServed: (kind, isServed) => reported.push(`${kind} ${isServed ? 'served' : 'not served'}`),
      onSynced: (namespace) => reported.push(namespace === undefined ? 'synced' : `${namespace} synced`),
    },
    { namespaces, isOptional: (kind) => kind === OPTIONAL },
  );
  return { reported, ...play };
};

const object = (namespace: string, name: string): KubeObject => ({ metadata: { namespace, name } });
const BUDGETS = '/apis/policy/v1/poddisruptionbudgets';
const syncAllBut = (watches: ReadonlyMap<string, ListWatchOptions<KubeObject>>, left: string) => {
  for (const [path, { onSync }] of watches) if (path !== left) onSync(new Map(), 0);
};

test('an optional kind that the API server does not know blocks nothing, and is not unhealthy', () => {
  const { cache, reported, watches, at } = scriptedCache();
  syncAllBut(watches, BUDGETS);
  assert.deepEqual(reported, []);
  at(BUDGETS).onState?.(lost(UNKNOWN));
  at(BUDGETS).onState?.(lost(UNKNOWN));
  assert.deepEqual(reported, [
    `${OPTIONAL} not served`,
    `${OPTIONAL} absent`,
    'synced',
    `${OPTIONAL} absent`,
  ]);
  assert.equal(cache.serves(OPTIONAL), false);
  assert.equal(cache.serves('Pod'), true);
  assert.equal(cache.health().length, WATCHED_KINDS.length - 1);
});

test('an optional kind may appear later, and disappear again with its objects', () => {
  const { cache, reported, watches, at } = scriptedCache();
  syncAllBut(watches, BUDGETS);
  at(BUDGETS).onState?.(lost(UNKNOWN));
  reported.length = 0;
  at(BUDGETS).onSync(new Map([['shop/a', object('shop', 'a')]]), 0);
  assert.deepEqual(reported, [`${OPTIONAL} shop/a there`, `${OPTIONAL} served`]);
  assert.equal(cache.serves(OPTIONAL), true);
  assert.equal(cache.health().length, WATCHED_KINDS.length);
  reported.length = 0;
  at(BUDGETS).onState?.(lost(UNKNOWN));
  assert.deepEqual(reported, [`${OPTIONAL} shop/a gone`, `${OPTIONAL} not served`, `${OPTIONAL} absent`]);
  assert.equal(cache.collections[OPTIONAL].size, 0);
});

test('an operator that may not read Secrets works without them, until it may', () => {
  const { cache, reported, watches, at } = scriptedCache();
  const secrets = '/api/v1/secrets';
  syncAllBut(watches, secrets);
  at(secrets).onState?.(lost(new ApiError({ method: 'GET', path: '/x', httpStatus: 403, body: '' })));
  assert.deepEqual(reported, ['Secret not served', 'Secret absent', 'synced']);
  assert.equal(cache.serves('Secret'), false);
  reported.length = 0;
  at(secrets).onSync(new Map(), 0);
  assert.deepEqual([reported, cache.serves('Secret')], [['Secret served'], true]);
});

test('a required kind is waited for, and so is an optional one that is refused', () => {
  const { reported, watches, at } = scriptedCache();
  syncAllBut(watches, BUDGETS);
  at(BUDGETS).onState?.(lost(new ApiError({ method: 'GET', path: '/x', httpStatus: 403, body: '' })));
  at('/api/v1/pods').onState?.(lost(UNKNOWN));
  assert.deepEqual(reported, [`${OPTIONAL} lost`, 'Pod lost']);
});

test('with namespaces named, each has its own watches and nothing cluster-wide is read', () => {
  const { cache, reported, watches, at } = scriptedCache(['shop', 'edge']);
  assert.equal(watches.size, 2 * (WATCHED_KINDS.length - 1));
  for (const path of watches.keys()) assert.match(path, /\/namespaces\/(shop|edge)\//);
  assert.equal(cache.serves('Node'), false);
  syncAllBut(watches, '/api/v1/namespaces/edge/pods');
  assert.deepEqual(reported, ['shop synced'], 'one namespace waits for no other');
  assert.deepEqual([cache.isSynced('shop'), cache.isSynced('edge')], [true, false]);
  reported.length = 0;
  at('/api/v1/namespaces/shop/pods').onSync(new Map([['shop/a', object('shop', 'a')]]), 0);
  at('/api/v1/namespaces/edge/pods').onSync(new Map([['edge/b', object('edge', 'b')]]), 3);
  assert.deepEqual(reported, ['Pod shop/a there', 'Pod missed 3', 'Pod edge/b there', 'edge synced']);
  assert.equal(cache.collections.Pod.size, 2);
  at('/api/v1/namespaces/edge/pods').onState?.(lost(UNKNOWN));
  assert.equal(reported.at(-1), 'Pod in edge lost');
  assert.equal(cache.isSynced('edge'), true, 'what was known is still known');
});
