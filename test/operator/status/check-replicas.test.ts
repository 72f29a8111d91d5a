import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkReplicas } from '../../../operator/status/check-replicas.ts';
import { balancer } from '../owner.ts';

const warningsOf = (workload: object) => checkReplicas(balancer({ workload }).spec);
const autoscaling = { minReplicas: 2, maxReplicas: 5 };

test('a number of replicas together with an autoscaler causes a warning that says what decides', () => {
  const [warning, ...more] = warningsOf({ autoscaling, replicas: 4 });
  assert.equal(warning?.reason, 'ReplicasIgnored');
  assert.match(
    warning?.message ?? '',
    /replicas is 4 .*no effect: the HorizontalPodAutoscaler runs 2 to 5 pods/,
  );
  assert.deepEqual(more, []);
});

test('a number of replicas that takes effect, or that is not set, causes no warning', () => {
  for (const workload of [{ replicas: 4 }, { autoscaling }, {}, { replicas: 0 }])
    assert.deepEqual(warningsOf(workload), []);
});
