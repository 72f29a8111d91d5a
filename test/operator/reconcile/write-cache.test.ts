import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { isAtLeast } from '../../../operator/reconcile/resource-version.ts';
import { createLedger, isUnchanged } from '../../../operator/reconcile/write-cache.ts';

const object = (resourceVersion: string, spec: object = { cpu: '500m' }, uid = 'u1'): KubeObject => ({
  metadata: { name: 'x', uid, resourceVersion },
  ...{ spec },
});
const SENT = { spec: { cpu: '0.5' } };

test('what the API server writes in its own way counts as what was sent', () => {
  const ledger = createLedger();
  ledger.confirm('x', SENT, object('5'), 0);
  assert.equal(isUnchanged(ledger.confirmed('x'), SENT, object('9')), true);
  assert.equal(isUnchanged(ledger.confirmed('x'), SENT, object('9', { cpu: '1' })), false);
  assert.equal(isUnchanged(ledger.confirmed('x'), { spec: { cpu: '1' } }, object('9')), false);
  assert.equal(isUnchanged(undefined, SENT, object('9')), false);
});

test('until the cache has caught up with a write, the answer to it is what is known', () => {
  const ledger = createLedger();
  const answer = object('10');
  ledger.confirm('x', SENT, answer, 0);
  assert.equal(ledger.newest('x', undefined, 1), answer);
  assert.equal(ledger.newest('x', object('9'), 1), answer);
  const caughtUp = object('10');
  assert.equal(ledger.newest('x', caughtUp, 1), caughtUp);
  assert.equal(ledger.newest('x', undefined, 1), undefined, 'it is gone, and was seen before');
});

test('what the cache does not show for a minute is gone', () => {
  const ledger = createLedger();
  ledger.confirm('x', SENT, object('10'), 0);
  assert.ok(ledger.newest('x', undefined, 59_999));
  assert.equal(ledger.newest('x', undefined, 60_000), undefined);
});

test('an object that is deleted is forgotten, unless it is an earlier one of the same name', () => {
  const ledger = createLedger();
  ledger.confirm('x', SENT, object('10', {}, 'new'), 0);
  ledger.forget('x', 'old');
  assert.ok(ledger.confirmed('x'));
  ledger.forget('x', 'new');
  assert.equal(ledger.confirmed('x'), undefined);
});

test('a refusal of the same content waits twice as long, up to five minutes; other content starts anew', () => {
  const ledger = createLedger();
  const waits = Array.from(
    { length: 7 },
    () => ledger.refuse('x', SENT, { message: 'no' }, 0).retryAt / 1000,
  );
  assert.deepEqual(waits, [10, 20, 40, 80, 160, 300, 300]);
  assert.equal(ledger.refuse('x', { other: 1 }, { message: 'no' }, 0).retryAt, 10_000);
  ledger.confirm('x', SENT, object('1'), 0);
  assert.equal(ledger.refusal('x'), undefined);
});

test('a name is taken until the object is made, or the resource is gone', () => {
  const ledger = createLedger();
  for (const name of ['shop/a Service', 'shop/b Service']) ledger.take(name);
  ledger.confirm('shop/a Service', SENT, object('1'), 0);
  assert.deepEqual([ledger.isTaken('shop/a Service'), ledger.isTaken('shop/b Service')], [false, true]);
  ledger.forgetAll('shop/b ');
  assert.equal(ledger.isTaken('shop/b Service'), false);
});

test('everything of a resource is forgotten together, and nothing of its neighbours', () => {
  const ledger = createLedger();
  for (const name of ['shop/a Service', 'shop/a status', 'shop/ab Service'])
    ledger.confirm(name, SENT, object('1'), 0);
  ledger.forgetAll('shop/a ');
  assert.deepEqual(
    ['shop/a Service', 'shop/a status', 'shop/ab Service'].map(
      (name) => ledger.confirmed(name) !== undefined,
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

test('what is gone is refused no more', () => {
  const ledger = createLedger();
  ledger.refuse('shop/a Service', SENT, { message: 'no' }, 0);
  ledger.forget('shop/a Service', 'u');
  assert.equal(ledger.refusal('shop/a Service'), undefined);
});
