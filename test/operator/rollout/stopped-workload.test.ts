import assert from 'node:assert/strict';
import { test } from 'node:test';
import { children } from '../../../operator/desired/children.ts';
import { deployment } from '../../../operator/desired/deployment.ts';
import { NEW } from '../../../operator/desired/shape.ts';
import { type LiveWorkload, ROLLOUT_STOPPED } from '../../../operator/objects/workload.ts';
import { readRecord } from '../../../operator/rollout/stop-record.ts';
import { stoppedWorkload } from '../../../operator/rollout/stopped-workload.ts';
import { owner, RENDER } from '../owner.ts';

const RECORD = {
  trial: 't',
  refusals: [{ node: 'n1', sysctls: ['net.core.somaxconn'], mark: 'm' }],
  pods: 3,
};
const wanted = deployment(owner({ workload: { replicas: 4 } }), RENDER);
const TEMPLATE = {
  metadata: {
    creationTimestamp: null,
    labels: { a: 'b', 'pod-template-hash': '1234' },
    annotations: { c: 'd' },
  },
  spec: { containers: [{ name: 'proxy', image: 'before' }] },
};

test('a stopped Deployment has the unchanged template to stay with, and the record of why', () => {
  const stopped = stoppedWorkload(wanted, TEMPLATE, undefined, RECORD) as unknown as typeof wanted;
  assert.deepEqual(stopped.spec.template, {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: TEMPLATE.spec,
  });
  assert.equal(stopped.spec.replicas, 4);
  assert.deepEqual(stopped.spec.selector, wanted.spec.selector);
  assert.deepEqual(
    readRecord((stopped.metadata as { annotations?: Record<string, string> }).annotations),
    RECORD,
  );
});

test('replicas can be capped, even at zero', () => {
  const stopped = stoppedWorkload(wanted, TEMPLATE, 0, RECORD) as unknown as typeof wanted;
  assert.equal(stopped.spec.replicas, 0);
});

test('a kept Deployment has its current template, the record of a stop, and otherwise what is wanted', () => {
  const live = {
    metadata: { annotations: { [ROLLOUT_STOPPED]: 'why', other: 'x' } },
    spec: { template: TEMPLATE },
  };
  const shape = { ...NEW, revision: undefined, kept: live as unknown as LiveWorkload };
  const childrenOf = (kept: typeof shape | (typeof NEW & { revision: undefined })) =>
    children(owner({ workload: { replicas: 4 } }), RENDER, kept).find(({ kind }) => kind === 'Deployment')
      ?.wanted;
  const kept = childrenOf(shape) as unknown as typeof wanted & { metadata: { annotations: unknown } };
  assert.deepEqual(kept.spec.template, {
    metadata: { labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: TEMPLATE.spec,
  });
  assert.equal(kept.spec.replicas, 4);
  assert.deepEqual(kept.metadata.annotations, { [ROLLOUT_STOPPED]: 'why' });
  assert.equal(
    childrenOf({ ...NEW, revision: undefined }),
    undefined,
    'there is no current template to keep',
  );
});
