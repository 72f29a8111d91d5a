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
  'Let one operator look after a namespace: give them the same Lease (--leader-elect-namespace, --leader-elect-name), or each namespaces of its own (--namespaces).';

const ROWS: readonly (readonly [string, readonly Contest[], readonly string[]])[] = [
  ['nothing is contested', [], []],
  [
    'somebody changes fields',
    [contest({ kind: 'Service', by: ['a', 'b'], where: ['spec.ports[80]', 'spec.selector'] })],
    [
      'Service is changed again and again by a and b (spec.ports[80] and spec.selector), and put back once a minute at most. Change the L4Balancer instead, or stop what changes its objects.',
    ],
  ],
  [
    'an autoscaler scales the Deployment',
    [contest({ by: ['kube-controller-manager (scale)'], where: ['spec.replicas'] })],
    [
      'Deployment is changed again and again by kube-controller-manager (scale) (spec.replicas), and put back once a minute at most. Set workload.autoscaling or workload.replicas of the L4Balancer instead, and remove what scales the Deployment.',
    ],
  ],
  [
    'nobody is known',
    [contest({ kind: 'Role', by: [], where: ['rules'] })],
    [
      'Role is changed again and again by somebody else (rules), and put back once a minute at most. Change the L4Balancer instead, or stop what changes its objects.',
    ],
  ],
  [
    'somebody deletes an object, and another makes one',
    [
      contest({ kind: 'Role', what: 'Deleted', by: [], where: [] }),
      contest({ kind: 'PodDisruptionBudget', what: 'MadeAgain', by: [], where: [] }),
    ],
    [
      'PodDisruptionBudget is made again and again by somebody else, and removed once a minute at most. Change the L4Balancer instead, or stop what changes its objects.',
      'Role is deleted again and again by somebody else, and made again once a minute at most. Change the L4Balancer instead, or stop what changes its objects.',
    ],
  ],
  [
    'somebody writes the status',
    [contest({ kind: 'status', where: ['status.replicas'] })],
    [
      'The status is changed again and again by somebody (status.replicas), and put back once a minute at most. Nobody but this operator has a reason to write it: stop what does.',
    ],
  ],
  [
    'another operator writes to several objects, and somebody else to one',
    [
      contest({ kind: 'status', by: [], isOperator: true }),
      contest({ by: ['z-0 (Lease z/op)'], isOperator: true }),
      contest({ kind: 'Role', where: [] }),
    ],
    [
      `Two operators write to the objects of this resource: me-0 (Lease me/op) and z-0 (Lease z/op). ${ONE_OPERATOR}`,
      'Role is changed again and again by somebody, and put back once a minute at most. Change the L4Balancer instead, or stop what changes its objects.',
    ],
  ],
  [
    'another operator has not told its name',
    [contest({ by: [], isOperator: true })],
    [
      `Two operators write to the objects of this resource: me-0 (Lease me/op) and another one. ${ONE_OPERATOR}`,
    ],
  ],
];

for (const [when, contests, messages] of ROWS)
  test(`where ${when}, ${messages.length === 0 ? 'nothing' : 'it'} is warned of`, () =>
    assert.deepEqual(
      checkContests(contests, 'me-0 (Lease me/op)').map(({ message }) => message),
      messages,
    ));

test('two operators say the same of each other, so that they do not fight over the words as well', () => {
  const other = (by: string) => [contest({ by: [by], isOperator: true })];
  assert.deepEqual(checkContests(other('b'), 'a'), checkContests(other('a'), 'b'));
});
