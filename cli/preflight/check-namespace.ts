import { REASONS } from '../../report/reasons/reasons.ts';
import { amount } from './check-nodes.ts';
import type { Answer, Facts, Quota } from './facts.ts';
import { type Known, onKnown, type Verdict, verdict } from './verdict.ts';

/** Whether the API server would accept the resource. */
export const checkResource = ({ resource }: Facts): readonly Verdict[] =>
  onKnown(resource, 'L4Balancer', (answer) => [
    answer === undefined
      ? verdict('Fine', 'L4Balancer', 'The API server accepts it.')
      : verdict('Bad', 'L4Balancer', `The API server refuses it: ${answer.refused}`, 'Follow the message.'),
  ]);

/** Whether its admission would let the pods in: Pod Security, quotas, limits, policies. */
export const checkPod = ({ podTrial }: Facts): readonly Verdict[] =>
  onKnown(podTrial, 'Pods', (answer) => [answer === undefined ? ADMITTED : refusal(answer)]);

const ADMITTED = verdict(
  'Fine',
  'Pods',
  'The API server admits a pod like those: Pod Security, limits and policies of the namespace let it in.',
);

const refusal = ({ refused }: NonNullable<Answer>): Verdict => {
  const reason = /violates PodSecurity/i.test(refused)
    ? REASONS.PodSecurityViolation
    : /exceeded quota/i.test(refused)
      ? REASONS.QuotaExceeded
      : REASONS.PodsRefused;
  return verdict('Bad', 'Pods', `The API server refuses a pod like those: ${refused}`, reason.whatToDo);
};

/** Whether its Service would be accepted: ports of nodes, classes, addresses. */
export const checkService = ({ serviceTrial }: Facts): readonly Verdict[] =>
  serviceTrial === undefined
    ? []
    : onKnown(serviceTrial, 'Service', (answer) => [
        answer === undefined
          ? verdict('Fine', 'Service', 'The API server accepts it, with its ports.')
          : verdict(
              'Bad',
              'Service',
              `The API server refuses it: ${answer.refused}`,
              'Choose other service.nodePorts, or correct the field named.',
            ),
      ]);

/** Whether the quotas of the namespace have room for all replicas; a trial pod is only one. */
export const checkQuotas = ({ quotas, pod, replicas, exists }: Facts): readonly Verdict[] =>
  onKnown(quotas as Known<readonly Quota[]>, 'Quota', (all) => {
    if (all.length === 0) return [];
    if (exists || replicas === undefined)
      return [
        verdict(
          'Unknown',
          'Quota',
          exists
            ? 'The quota already counts the pods of this balancer, so what a change needs is not calculated.'
            : 'How many pods there will be is not known beforehand, so the quota is not calculated.',
        ),
      ];
    const { requests = {}, limits = {} } = pod.containers[0]?.resources ?? {};
    const wanted: Readonly<Record<string, string | undefined>> = {
      pods: '1',
      'count/pods': '1',
      cpu: requests.cpu,
      memory: requests.memory,
      'requests.cpu': requests.cpu,
      'requests.memory': requests.memory,
      'limits.cpu': limits.cpu,
      'limits.memory': limits.memory,
    };
    const short = all.flatMap(({ metadata, status = {} }) =>
      Object.entries(status.hard ?? {}).flatMap(([name, hard]) => {
        const each = amount(name, wanted[name]);
        const [most, used = 0] = [amount(name, hard), amount(name, status.used?.[name])];
        if (each === undefined || most === undefined || used + each * replicas <= most) return [];
        return [
          `${metadata.name} allows ${name} ${hard}, of which ${status.used?.[name] ?? 0} are used; ${replicas} pods take ${replicas} × ${wanted[name]}`,
        ];
      }),
    );
    return short.length === 0
      ? [verdict('Fine', 'Quota', `The quota has room for ${replicas} ${replicas === 1 ? 'pod' : 'pods'}.`)]
      : short.map((what) => verdict('Bad', 'Quota', `${what}.`, REASONS.QuotaExceeded.whatToDo));
  });
