import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { isAtLeast } from '../../../operator/reconcile/resource-version.ts';
import { createWriteCache, isUnchanged } from '../../../operator/reconcile/write-cache.ts';

const object = (resourceVersion: string, spec: object = { cpu: '500m' }, uid = 'u1'): KubeObject => ({
  metadata: { name: 'x', uid, resourceVersion },
  ...{ spec },
});
const SENT = { spec: { cpu: '0.5' } };

test('an object that the API server has normalized counts as what was sent', () => {
  const writeCache = createWriteCache();
  writeCache.confirm('x', SENT, object('5'), 0);
  assert.equal(isUnchanged(writeCache.confirmed('x'), SENT, object('9')), true);
  assert.equal(isUnchanged(writeCache.confirmed('x'), SENT, object('9', { cpu: '1' })), false);
  assert.equal(isUnchanged(writeCache.confirmed('x'), { spec: { cpu: '1' } }, object('9')), false);
  assert.equal(isUnchanged(undefined, SENT, object('9')), false);
});

test('the response to a write is the newest state until the watch cache has caught up', () => {
  const writeCache = createWriteCache();
  const answer = object('10');
  writeCache.confirm('x', SENT, answer, 0);
  assert.equal(writeCache.newest('x', undefined, 1), answer);
  assert.equal(writeCache.newest('x', object('9'), 1), answer);
  const caughtUp = object('10');
  assert.equal(writeCache.newest('x', caughtUp, 1), caughtUp);
  assert.equal(writeCache.newest('x', undefined, 1), undefined, 'it was seen before, and is gone');
});

test('a written object that the watch cache does not show for a minute is gone', () => {
  const writeCache = createWriteCache();
  writeCache.confirm('x', SENT, object('10'), 0);
  assert.ok(writeCache.newest('x', undefined, 59_999));
  assert.equal(writeCache.newest('x', undefined, 60_000), undefined);
});

test('a deleted object is forgotten, unless it is an earlier one of the same name', () => {
  const writeCache = createWriteCache();
  writeCache.confirm('x', SENT, object('10', {}, 'new'), 0);
  writeCache.forget('x', 'old');
  assert.ok(writeCache.confirmed('x'));
  writeCache.forget('x', 'new');
  assert.equal(writeCache.confirmed('x'), undefined);
});

test('each refusal of the same content doubles the wait up to five minutes, and other content starts anew', () => {
  const writeCache = createWriteCache();
  const waits = Array.from(
    { length: 7 },
    () => writeCache.refuse('x', SENT, { message: 'no' }, 0).retryAt / 1000,
  );
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300]);
  assert.equal(writeCache.refuse('x', { other: 1 }, { message: 'no' }, 0).retryAt, 10_000);
  writeCache.confirm('x', SENT, object('1'), 0);
  assert.equal(writeCache.refusal('x'), undefined);
});

test('a name is taken until the object is created or the resource is gone', () => {
  const writeCache = createWriteCache();
  for (const name of ['shop/a Service', 'shop/b Service']) writeCache.take(name);
  writeCache.confirm('shop/a Service', SENT, object('1'), 0);
  assert.deepEqual(
    [writeCache.isTaken('shop/a Service'), writeCache.isTaken('shop/b Service')],
    [false, true],
  );
  writeCache.forgetAll('shop/b ');
  assert.equal(writeCache.isTaken('shop/b Service'), false);
});

test('everything about a resource is forgotten together, and nothing about others', () => {
  const writeCache = createWriteCache();
  for (const name of ['shop/a Service', 'shop/a status', 'shop/ab Service'])
    writeCache.confirm(name, SENT, object('1'), 0);
  writeCache.forgetAll('shop/a ');
  assert.deepEqual(
    ['shop/a Service', 'shop/a status', 'shop/ab Service'].map(
      (name) => writeCache.confirmed(name) !== undefined,
    ),
    [false, false, true],
  );
});

const VERSIONS: readonly (readonly [string | undefined, string | undefined, boolean])[] = [
  ['10', '9', true],
  ['9', '10', false],
  ['10', '10', true],
  ['18446744073709551615', '18446744073709551614', true],
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['010', '9', false],
  [undefined, '1', false],
  ['1', undefined, false],
];

for (const [a, b, expected] of VERSIONS)
  test(`version ${a} is ${expected ? '' : 'not '}at least ${b}`, () =>
    assert.equal(isAtLeast(a, b), expected));

test('the refusal of an object ends when it is deleted', () => {
  const writeCache = createWriteCache();
  writeCache.refuse('shop/a Service', SENT, { message: 'no' }, 0);
  writeCache.forget('shop/a Service', 'u');
  assert.equal(writeCache.refusal('shop/a Service'), undefined);
});
