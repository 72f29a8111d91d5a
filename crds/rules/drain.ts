import { durationMs } from '../duration.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import { celIsDuration } from './durations.ts';
import { problemIf, rule } from './rule.ts';

const delayWithinGrace = rule<Pick<L4BalancerSpec, 'drain' | 'workload'>>({
  id: 'drain-delay-within-grace-period',
  forStored: 'half of the grace period is used instead',
  scope: 'spec',
  reads: ['drain.delay', 'workload.terminationGracePeriod'],
  rule: `!has(self.drain.delay) || !${celIsDuration('self.drain.delay')} || !${celIsDuration('self.workload.terminationGracePeriod')} || duration(self.drain.delay) < duration(self.workload.terminationGracePeriod)`,
  message:
    'drain.delay uses up workload.terminationGracePeriod and leaves no time for connections to end: shorten the delay or extend the grace period',
  messageExpression:
    "'drain.delay ' + self.drain.delay + ' uses up workload.terminationGracePeriod ' + self.workload.terminationGracePeriod + ' and leaves no time for connections to end: shorten the delay or extend the grace period'",
  fieldPath: '.drain.delay',
  check: ({ drain, workload }) =>
    problemIf(
      drain.delay !== undefined && durationMs(drain.delay) >= durationMs(workload.terminationGracePeriod),
      ['drain', 'delay'],
      `${drain.delay} uses up workload.terminationGracePeriod ${workload.terminationGracePeriod} and leaves no time for connections to end: shorten the delay or extend the grace period`,
    ),
});

export const DRAIN_RULES = [delayWithinGrace];
