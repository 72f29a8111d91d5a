import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deployment } from '../../../operator/desired/deployment.ts';
import { selectorLabels } from '../../../operator/objects/child-labels.ts';
import { isProbe, probePod } from '../../../operator/rollout/probe-pod.ts';
import { owner, RENDER } from '../owner.ts';

const tuned = (workload: object = {}, name = 'edge') =>
  owner({ tuning: { profile: 'Tuned', capabilities: ['SYS_RESOURCE'] }, workload }, name);
const made = (nodes: readonly string[], workload: object = {}, name = 'edge') => {
  const resource = tuned(workload, name);
  return probePod(resource, RENDER, deployment(resource, RENDER).spec.template, {
    pool: { key: 'k', nodes },
    verdictKey: '0123456789abcdef',
  });
};

test('a probe pod has the sysctls of the proxy pods, none of their privileges, and matches none of their selectors', () => {
  const { metadata, spec } = made(['n1']);
  assert.deepEqual(spec.securityContext, deployment(tuned(), RENDER).spec.template.spec.securityContext);
  assert.deepEqual(spec.containers[0]?.securityContext.capabilities, { drop: ['ALL'] });
  assert.equal(isProbe(metadata.labels), true);
  const selector = Object.entries(selectorLabels('edge'));
  assert.ok(selector.some(([key, value]) => (metadata.labels as Record<string, string>)[key] !== value));
  assert.equal(metadata.ownerReferences[0]?.controller, true);
  assert.equal(spec.restartPolicy, 'Never');
});

test('a probe pod is placed in its pool and tolerates the taints that the proxy pods tolerate', () => {
  const tolerations = [{ key: 'edge', operator: 'Exists' }];
  const { spec } = made(['n1', 'n2'], { tolerations, nodeSelector: { pool: 'a' } });
  assert.deepEqual('tolerations' in spec && spec.tolerations, tolerations);
  const names = JSON.stringify(spec).match(/"values":\["n\d"\]/g);
  assert.deepEqual(names, ['"values":["n1"]', '"values":["n2"]']);
});

test('if no node is known, a probe pod is scheduled like a proxy pod', () => {
  const { spec } = made([], { nodeSelector: { pool: 'a' } });
  assert.deepEqual('nodeSelector' in spec && spec.nodeSelector, { pool: 'a' });
});

test('the name of a probe pod is valid, deterministic and short enough', () => {
  const long = made(['n1'], {}, 'e'.repeat(52)).metadata.name;
  assert.equal(long, made(['n2'], {}, 'e'.repeat(52)).metadata.name);
  assert.ok(long.length <= 63, long);
});
