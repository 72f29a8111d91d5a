import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unfinished } from '../../../operator/reconcile/unfinished.ts';

test('failed and waiting children are reported in a sorted list, and finished ones are not', () =>
  assert.deepEqual(
    unfinished([
      { kind: 'Service', name: 'l4b-a', result: { kind: 'Waiting' } },
      { kind: 'Role', name: 'l4b-a', result: { kind: 'Created' } },
      { kind: 'Deployment', name: 'l4b-a', result: { kind: 'Failed', error: new Error('etcd is away') } },
    ]),
    [
      'Cannot apply Deployment yet: etcd is away. The operator retries.',
      'Service "l4b-a" is being deleted; the operator recreates it afterwards.',
    ],
  ));
