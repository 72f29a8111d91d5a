import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../../crds/status.ts';
import {
  appliedEvents,
  beganLimiting,
  certificateEvents,
  givenUpEvent,
  limitingEvent,
  servedEvent,
  transitionEvent,
  warningEvents,
} from '../../../operator/reconcile/kube-events.ts';

const NOTHING = {
  created: [],
  updated: [],
  adopted: [],
  repaired: [],
  removed: [],
  problems: [],
  unfinished: [],
  errors: [],
  retryRefusedMs: undefined,
  contestedMs: undefined,
  isWaiting: false,
};

test('no event is recorded if nothing was done', () => assert.deepEqual(appliedEvents(NOTHING), []));

test('there is one event for each kind of change', () => {
  const unknown = { by: [], where: [], isOperator: false, rounds: 1 };
  const repaired = [
    { kind: 'Deployment', what: 'Changed', ...unknown },
    { kind: 'Role', what: 'Deleted', ...unknown },
    { kind: 'PodDisruptionBudget', what: 'Recreated', ...unknown },
  ] as const;
  const events = appliedEvents({
    ...NOTHING,
    created: ['Role', 'Service'],
    adopted: ['DaemonSet'],
    repaired,
  });
  assert.deepEqual(
    events.map(({ type, reason, note }) => `${type} ${reason}: ${note}`),
    [
      'Normal Created: Role, Service created.',
      'Normal Adopted: DaemonSet adopted: it had no owner and all labels of this resource’s children, as a deletion with --cascade=orphan leaves it.',
      'Normal Repaired: Deployment put back after a change by someone else.',
      'Normal Repaired: Role recreated: somebody deleted it.',
      'Normal Repaired: PodDisruptionBudget removed again: somebody recreated it.',
    ],
  );
});

for (const [rounds, by, isOperator, expected] of [
  [
    1,
    ['kubectl-edit'],
    false,
    'Normal Repaired: Deployment put back after a change by kubectl-edit (spec.replicas).',
  ],
  [2, ['a', 'b'], false, 'Normal Repaired: Deployment put back after a change by a and b (spec.replicas).'],
  [
    3,
    ['kube-controller-manager (scale)'],
    false,
    'Warning Contested: Deployment put back after a change by kube-controller-manager (scale) (spec.replicas). Set workload.autoscaling or workload.replicas of the L4Balancer instead, and remove whatever scales the Deployment.',
  ],
  [
    3,
    ['b-0 (Lease b/op)'],
    true,
    'Warning Contested: Deployment put back after a change by another operator, b-0 (Lease b/op) (spec.replicas). Only one operator may manage a namespace: let the operators share a Lease (--leader-elect-namespace, --leader-elect-name), or give each its own namespaces (--namespaces).',
  ],
] as const)
  test(`the event of repair number ${rounds} names ${by}: ${expected.slice(0, 16)}`, () => {
    const what = 'Changed';
    const repaired = [
      { kind: 'Deployment', what, by, where: ['spec.replicas'], isOperator, rounds },
    ] as const;
    assert.deepEqual(
      appliedEvents({ ...NOTHING, repaired }).map(({ type, reason, note }) => `${type} ${reason}: ${note}`),
      [expected],
    );
  });

const condition = (reason: string) => ({
  type: 'Ready',
  status: 'False' as const,
  reason,
  message: 'why',
  lastTransitionTime: '',
});

for (const [reason, type] of [
  ['Available', 'Normal'],
  ['Paused', 'Normal'],
  ['Progressing', 'Normal'],
  ['NotReady', 'Warning'],
  ['SysctlForbidden', 'Warning'],
] as const)
  test(`a new reason ${reason} is an event of type ${type}, with the message of the condition`, () => {
    const event = transitionEvent(condition(reason));
    assert.deepEqual([event.type, event.reason, event.note], [type, reason, 'why']);
  });

test('listeners that begin to limit are an event of their own, whose text does not change', () => {
  const status = (...limiting: readonly (boolean | undefined)[]) => ({
    listeners: limiting.map((one, index) => ({
      ...{ name: `l${index}`, port: 80, protocol: 'TCP' as const, backend: 'web', problems: [] },
      ...(one === undefined ? {} : { limiting: one }),
    })),
  });
  assert.deepEqual(beganLimiting(status(undefined, true), status(true, true)), ['l0']);
  assert.deepEqual(beganLimiting(undefined, status(undefined, true)), ['l1']);
  assert.deepEqual(beganLimiting(status(true), status(undefined)), []);
  const { type, reason, note } = limitingEvent(['web', 'api']);
  assert.deepEqual([type, reason], ['Warning', 'Limiting']);
  assert.match(note, /^Listeners api and web have begun to refuse clients: a limit is reached\. /);
});

for (const [nodes, why, begin] of [
  [
    ['n1', 'n2'],
    'the API server refuses it: exceeded quota: pods',
    'No probe pod has tried the unsafe sysctls on node n1, because the API server refuses it: exceeded quota: pods. ',
  ],
  [[], 'it has no node yet', 'No probe pod has tried the unsafe sysctls, because it has no node yet. '],
] as const)
  test(`an abandoned preflight causes a warning that names the missing safeguard, because ${why}`, () => {
    const { type, reason, note } = givenUpEvent({ pool: { key: 'k', nodes }, verdictKey: 'v', why });
    assert.deepEqual([type, reason], ['Warning', 'PreflightGivenUp']);
    assert.ok(note.startsWith(`${begin}The rollout begins without this safeguard: `), note);
    assert.match(note, /allow a bare pod in the namespace .*, and leave room for it on the node\.$/);
  });

test('a change that every replica serves is an event with who made it and what it was', () => {
  const change = { time: 'now', generation: 7, podRevision: '3', what: 'listener web: port 80 → 81' };
  assert.equal(
    servedEvent({ ...change, by: 'helm' }).note,
    'Every replica serves generation 7 with pods of revision 3, changed by helm: listener web: port 80 → 81.',
  );
  assert.equal(
    servedEvent({ time: 'now', generation: 1, what: 'created' }).note,
    'Every replica serves generation 1: created.',
  );
});

test('a new first warning is an event, the same one again and its end are none', () => {
  const warned = (status: 'True' | 'False', reason: string): Condition => ({
    type: 'Warnings',
    status,
    reason,
    message: 'So it is.',
    lastTransitionTime: 'now',
  });
  const [none, first, second] = [
    warned('False', 'NoWarnings'),
    warned('True', 'MemoryShort'),
    warned('True', 'ReplicasIgnored'),
  ];
  const reasons = (before: Condition | undefined, now: Condition): readonly string[] =>
    warningEvents(before && [before], [now]).map(({ reason }) => reason);
  assert.deepEqual(reasons(undefined, first), ['MemoryShort']);
  assert.deepEqual(reasons(none, first), ['MemoryShort']);
  assert.deepEqual(reasons(first, first), []);
  assert.deepEqual(reasons(first, second), ['ReplicasIgnored']);
  assert.deepEqual(reasons(second, none), []);
});

test('a certificate that expires later than before is an event; a new one, and one that a replica still lacks, are none', () => {
  const until = (...secrets: readonly (readonly [string, string?])[]) => ({
    certificates: secrets.map(([secret, notAfter]) => ({
      secret,
      names: [],
      usedBy: [],
      ...(notAfter === undefined ? {} : { notAfter }),
    })),
  });
  const before = until(['a', '2026-01-01T00:00:00Z'], ['b', '2026-01-01T00:00:00Z'], ['c']);
  const now = until(
    ['a', '2027-01-01T00:00:00Z'],
    ['b', '2026-01-01T00:00:00Z'],
    ['c', '2027-01-01T00:00:00Z'],
    ['d', '2027-01-01T00:00:00Z'],
  );
  assert.deepEqual(
    certificateEvents(before, now).map(({ note }) => note),
    ['Every replica uses the new certificate of Secret a, which expires at 2027-01-01T00:00:00Z.'],
  );
  assert.deepEqual(certificateEvents(undefined, now), []);
});
