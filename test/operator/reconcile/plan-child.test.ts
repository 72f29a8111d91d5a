import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { childLabels } from '../../../operator/objects/child-labels.ts';
import { type ChildState, type Plan, planChild } from '../../../operator/reconcile/plan-child.ts';
import { createWriteCache } from '../../../operator/reconcile/write-cache.ts';

const OWNER = { name: 'edge', uid: 'owner' };
const controlled = (uid: string, kind = 'L4Balancer', name = 'edge') => ({
  ownerReferences: [{ kind, name, uid, controller: true }],
});
const LABELS = childLabels('edge');
const WANTED = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'l4b-edge', ...controlled('owner') },
  spec: { a: 1 },
};
const live = (metadata: object = controlled('owner'), spec: object = { a: 1, b: 2 }): KubeObject => ({
  metadata: { name: 'l4b-edge', uid: 'u1', resourceVersion: '5', ...metadata },
  ...{ spec },
});
/** The entry of the write cache after WANTED was applied and the API server responded with that object. */
const confirmed = (answer: KubeObject = live()) => {
  const writeCache = createWriteCache();
  writeCache.confirm('x', WANTED, answer, 0);
  return writeCache.confirmed('x');
};

const NOTHING = { action: 'Nothing' } as const;
const ROWS: readonly (readonly [string, Partial<ChildState>, Partial<Plan>])[] = [
  ['it is wanted and does not exist', {}, { action: 'Create' }],
  ['it is neither wanted nor exists', { wanted: undefined }, NOTHING],
  ['it is as the API server confirmed it', { live: live(), confirmed: confirmed() }, NOTHING],
  [
    'only its status and version have changed',
    { live: live({ ...controlled('owner'), resourceVersion: '9' }), confirmed: confirmed() },
    NOTHING,
  ],
  [
    'nothing is confirmed yet after a start',
    { live: live() },
    { action: 'Apply', uid: 'u1', isRepair: false, isAdoption: false },
  ],
  [
    'other content is wanted now',
    { live: live(), confirmed: confirmed(), wanted: { ...WANTED, spec: { a: 2 } } as never },
    { action: 'Apply', uid: 'u1', isRepair: false },
  ],
  [
    'somebody changed it',
    { live: live(controlled('owner'), { a: 7 }), confirmed: confirmed() },
    { action: 'Apply', uid: 'u1', isRepair: true },
  ],
  [
    'somebody removed its owner, and this process created it',
    { live: live({}), confirmed: confirmed() },
    { action: 'Apply', isRepair: true },
  ],
  [
    'it is being deleted',
    { live: live({ ...controlled('owner'), deletionTimestamp: 'now' }), confirmed: confirmed() },
    { action: 'Wait' },
  ],
  [
    'it belongs to a deleted resource of the same name',
    { live: live(controlled('before')) },
    { action: 'Wait' },
  ],
  [
    'it has no owner',
    { live: live({}) },
    { action: 'LeaveAlone', holder: 'exists and was not made for this resource' },
  ],
  [
    'it has no owner but all of our labels, because its resource was deleted without it',
    { live: live({ labels: LABELS }) },
    { action: 'Apply', uid: 'u1', isRepair: false, isAdoption: true },
  ],
  [
    'it has no owner and not all of our labels',
    { live: live({ labels: { ...LABELS, 'app.kubernetes.io/name': 'other' } }) },
    { action: 'LeaveAlone' },
  ],
  [
    'it has no owner and the labels of another resource’s child',
    { live: live({ labels: childLabels('other') }) },
    { action: 'LeaveAlone' },
  ],
  [
    'it has an owner that is not a controller, and all of our labels',
    { live: live({ labels: LABELS, ownerReferences: [{ kind: 'Gateway', name: 'g', uid: 'g' }] }) },
    { action: 'LeaveAlone' },
  ],
  [
    'it has no owner but all of our labels, and is no longer wanted',
    { wanted: undefined, live: live({ labels: LABELS }) },
    { action: 'Remove', uid: 'u1' },
  ],
  [
    'it has no owner, and belonged to another one before',
    { live: live({ uid: 'u2' }), confirmed: confirmed() },
    { action: 'LeaveAlone' },
  ],
  [
    'it belongs to another kind',
    { live: live(controlled('g', 'Gateway', 'gate')) },
    { action: 'LeaveAlone', holder: 'exists and belongs to Gateway "gate"' },
  ],
  [
    'it belongs to another resource',
    { live: live(controlled('o', 'L4Balancer', 'other')) },
    { action: 'LeaveAlone' },
  ],
  ['it is ours and no longer wanted', { wanted: undefined, live: live() }, { action: 'Remove', uid: 'u1' }],
  [
    'it is no longer wanted and is being deleted',
    { wanted: undefined, live: live({ ...controlled('owner'), deletionTimestamp: 'now' }) },
    NOTHING,
  ],
  ['it belongs to another owner and is not wanted', { wanted: undefined, live: live({}) }, NOTHING],
  [
    'it belongs to a deleted resource of the same name and is not wanted',
    { wanted: undefined, live: live(controlled('before')) },
    NOTHING,
  ],
];

for (const [when, given, expected] of ROWS)
  test(`the plan for a child is ${expected.action} when ${when}`, () => {
    const plan = planChild({ owner: OWNER, wanted: WANTED, live: undefined, confirmed: undefined, ...given });
    assert.deepEqual(plan, { ...plan, ...expected });
  });
