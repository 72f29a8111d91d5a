import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../../../operator/desired/deployment.ts';
import { stoppedWorkload } from '../../../operator/desired/stopped.ts';
import { readRecord } from '../../../operator/tuning/stop-record.ts';
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

test('a stopped Deployment has the template to stay with as it was, and says why', () => {
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

test('replicas can be capped, down to none', () => {
  const stopped = stoppedWorkload(wanted, TEMPLATE, 0, RECORD) as unknown as typeof wanted;
  assert.equal(stopped.spec.replicas, 0);
});
