import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReplicas } from '../../../operator/status/check-replicas.ts';
import { balancer } from '../owner.ts';

const said = (workload: object) => checkReplicas(balancer({ workload }).spec);
const autoscaling = { minReplicas: 2, maxReplicas: 5 };

test('a number beside an autoscaler has no effect, and the message says what decides', () => {
  const [warning, ...more] = said({ autoscaling, replicas: 4 });
  assert.equal(warning?.reason, 'ReplicasIgnored');
  assert.match(
    warning?.message ?? '',
    /replicas is 4, .*no effect: the HorizontalPodAutoscaler chooses from 2 to 5 pods/,
  );
  assert.deepEqual(more, []);
});

test('a number that counts, or that nobody has named, is nothing to warn of', () => {
  for (const workload of [{ replicas: 4 }, { autoscaling }, {}, { replicas: 0 }])
    assert.deepEqual(said(workload), []);
});
