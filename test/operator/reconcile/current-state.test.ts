import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Deployment } from '../../../operator/objects/workload.ts';
import { autoscaledReplicas, keepsOtherKind, renderedAs } from '../../../operator/reconcile/current-state.ts';
import { ownsReplicas } from '../../../operator/reconcile/hand-over-replicas.ts';
import { balancer } from '../owner.ts';

const spec = (workload: object, more: object = {}) => balancer({ workload, ...more }).spec;
const deployment = (replicas: number, available = replicas): Deployment => ({
  metadata: { name: 'l4b-edge', generation: 1 },
  spec: { replicas },
  status: { observedGeneration: 1, replicas, updatedReplicas: replicas, availableReplicas: available },
});

describe('the replica count that an autoscaler chose', () => {
  const AUTO = { autoscaling: { maxReplicas: 9 } };
  const ROWS: readonly (readonly [string, object, boolean, number | undefined, number | undefined])[] = [
    ['is the Deployment’s while there is an autoscaler', AUTO, true, undefined, 7],
    ['is the Deployment’s until the autoscaler is gone', {}, true, 3, 7],
    ['is kept after the autoscaler is gone', {}, false, 5, 5],
    ['is undefined if there never was an autoscaler', {}, false, undefined, undefined],
    ['is dropped when the spec specifies a number', { replicas: 2 }, true, 5, undefined],
    ['is undefined for a DaemonSet', { kind: 'DaemonSet' }, true, 5, undefined],
  ];
  for (const [what, workload, hasAutoscaler, before, expected] of ROWS)
    test(what, () =>
      assert.equal(autoscaledReplicas(spec(workload), deployment(7), hasAutoscaler, before), expected),
    );
});

describe('the workload of the other kind', () => {
  const other = { metadata: { name: 'l4b-edge' } };
  const ROWS: readonly (readonly [string, object, Deployment | undefined, boolean])[] = [
    ['is kept while there is no new workload', {}, undefined, true],
    ['is kept while the new workload does not serve', {}, deployment(1, 0), true],
    ['is removed when the new workload serves', {}, deployment(1), false],
    ['is kept if the DaemonSet matches no node', { kind: 'DaemonSet' }, deployment(0), true],
    ['is removed when the DaemonSet serves on its nodes', { kind: 'DaemonSet' }, deployment(3), false],
  ];
  for (const [what, workload, live, expected] of ROWS)
    test(what, () => assert.equal(keepsOtherKind(spec(workload), live, other, {}), expected));

  test('is removed first with host networking, because the new workload needs its ports', () => {
    const host = spec({ kind: 'DaemonSet' }, { tuning: { profile: 'HostNetwork' } });
    assert.equal(keepsOtherKind(host, undefined, other, {}), false);
  });

  test('is not kept if there is none', () => {
    assert.equal(keepsOtherKind(spec({}), undefined, undefined, {}), false);
  });
});

test('the pod template shows by which revision and with which image the pods were rendered, and other containers do not count', () => {
  const containers = [
    { name: 'sidecar', image: 'other', imagePullPolicy: 'Never' },
    { name: 'proxy', image: 'proxy:1', imagePullPolicy: 'Always' },
  ] as const;
  const template = {
    metadata: {
      annotations: { 'l4balancer.dev/render-revision': 'r2', 'l4balancer.dev/service-account-uid': 'a' },
    },
    spec: { containers },
  };
  assert.deepEqual(renderedAs({ metadata: {}, spec: { template } }), {
    revision: 'r2',
    image: 'proxy:1',
    pullPolicy: 'Always',
    account: 'a',
  });
  const nothing = { revision: undefined, image: undefined, pullPolicy: undefined, account: undefined };
  assert.deepEqual(renderedAs({ metadata: {} }), nothing);
  assert.equal(renderedAs(undefined), undefined);
});

test('the operator owns the replica count only if it has applied it', () => {
  const entry = (manager: string, operation: string, fields: object) => ({
    metadata: { name: 'x', managedFields: [{ manager, operation, fieldsV1: { 'f:spec': fields } }] },
  });
  const replicas = { 'f:replicas': {} };
  assert.equal(ownsReplicas(entry('us', 'Apply', replicas), 'us'), true);
  assert.equal(ownsReplicas(entry('us', 'Update', replicas), 'us'), false);
  assert.equal(ownsReplicas(entry('them', 'Apply', replicas), 'us'), false);
  assert.equal(ownsReplicas(entry('us', 'Apply', { 'f:paused': {} }), 'us'), false);
  assert.equal(ownsReplicas({ metadata: { name: 'x' } }, 'us'), false);
});
