import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkContests } from '../../../operator/status/check-contests.ts';
import type { Contest } from '../../../operator/status/observed.ts';

const contest = (more: Partial<Contest>): Contest => ({
  kind: 'Deployment',
  what: 'Changed',
  by: ['somebody'],
  where: ['spec.paused'],
  isOperator: false,
  ...more,
});
const ONE_OPERATOR =
  'Only one operator may manage a namespace: let the operators share a Lease (--leader-elect-namespace, --leader-elect-name), or give each its own namespaces (--namespaces).';

const ROWS: readonly (readonly [string, readonly Contest[], readonly string[]])[] = [
  ['no object is contested', [], []],
  [
    'another party changes fields',
    [contest({ kind: 'Service', by: ['a', 'b'], where: ['spec.ports[80]', 'spec.selector'] })],
    [
      'Service is repeatedly changed by a and b (spec.ports[80] and spec.selector); the operator restores it at most once a minute. Change the L4Balancer instead, or stop whatever changes its objects.',
    ],
  ],
  [
    'an autoscaler scales the Deployment',
    [contest({ by: ['kube-controller-manager (scale)'], where: ['spec.replicas'] })],
    [
      'Deployment is repeatedly changed by kube-controller-manager (scale) (spec.replicas); the operator restores it at most once a minute. Set workload.autoscaling or workload.replicas of the L4Balancer instead, and remove whatever scales the Deployment.',
    ],
  ],
  [
    'the author is unknown',
    [contest({ kind: 'Role', by: [], where: ['rules'] })],
    [
      'Role is repeatedly changed by someone else (rules); the operator restores it at most once a minute. Change the L4Balancer instead, or stop whatever changes its objects.',
    ],
  ],
  [
    'one object is deleted and another is created',
    [
      contest({ kind: 'Role', what: 'Deleted', by: [], where: [] }),
      contest({ kind: 'PodDisruptionBudget', what: 'Recreated', by: [], where: [] }),
    ],
    [
      'PodDisruptionBudget is repeatedly created by someone else; the operator removes it at most once a minute. Change the L4Balancer instead, or stop whatever changes its objects.',
      'Role is repeatedly deleted by someone else; the operator recreates it at most once a minute. Change the L4Balancer instead, or stop whatever changes its objects.',
    ],
  ],
  [
    'another party writes the status',
    [contest({ kind: 'status', where: ['status.replicas'] })],
    [
      'The status is repeatedly changed by somebody (status.replicas); the operator restores it at most once a minute. Only this operator should write it: stop the other writer.',
    ],
  ],
  [
    'another operator writes to several objects and another party to one',
    [
      contest({ kind: 'status', by: [], isOperator: true }),
      contest({ by: ['z-0 (Lease z/op)'], isOperator: true }),
      contest({ kind: 'Role', where: [] }),
    ],
    [
      `Two operators write to the objects of this resource: me-0 (Lease me/op) and z-0 (Lease z/op). ${ONE_OPERATOR}`,
      'Role is repeatedly changed by somebody; the operator restores it at most once a minute. Change the L4Balancer instead, or stop whatever changes its objects.',
    ],
  ],
  [
    'another operator writes without giving its name',
    [contest({ by: [], isOperator: true })],
    [
      `Two operators write to the objects of this resource: me-0 (Lease me/op) and another one. ${ONE_OPERATOR}`,
    ],
  ],
];

for (const [when, contests, messages] of ROWS)
  test(`when ${when}, there ${messages.length === 0 ? 'is no warning' : 'is a warning'}`, () =>
    assert.deepEqual(
      checkContests(contests, 'me-0 (Lease me/op)').map(({ message }) => message),
      messages,
    ));

test('two operators that contest a resource write the same message, so that they do not contest that as well', () => {
  const other = (by: string) => [contest({ by: [by], isOperator: true })];
  assert.deepEqual(checkContests(other('b'), 'a'), checkContests(other('a'), 'b'));
});
