import { durationMs } from '../duration.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import { celIsDuration } from './durations.ts';
import { problemIf, rule } from './rule.ts';

const delayWithinGrace = rule<Pick<L4BalancerSpec, 'drain' | 'workload'>>({
  id: 'drain-delay-within-grace-period',
  forStored: 'half of the grace period is taken instead',
  scope: 'spec',
  reads: ['drain.delay', 'workload.terminationGracePeriod'],
  rule: `!has(self.drain.delay) || !${celIsDuration('self.drain.delay')} || !${celIsDuration('self.workload.terminationGracePeriod')} || duration(self.drain.delay) < duration(self.workload.terminationGracePeriod)`,
  message:
    'drain.delay leaves nothing of workload.terminationGracePeriod in which connections could end: shorten it, or give more time',
  messageExpression:
    "'drain.delay ' + self.drain.delay + ' leaves nothing of workload.terminationGracePeriod ' + self.workload.terminationGracePeriod + ' in which connections could end: shorten it, or give more time'",
  fieldPath: '.drain.delay',
  check: ({ drain, workload }) =>
    problemIf(
      drain.delay !== undefined && durationMs(drain.delay) >= durationMs(workload.terminationGracePeriod),
      ['drain', 'delay'],
      `${drain.delay} leaves nothing of workload.terminationGracePeriod ${workload.terminationGracePeriod} in which connections could end: shorten it, or give more time`,
    ),
});

export const DRAIN_RULES = [delayWithinGrace];
