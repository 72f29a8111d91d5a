import { cidrProblem } from '../cidr.ts';
import type { L4BalancerSpec } from '../l4balancer.ts';
import type { Sources } from '../sources.ts';
import { problemIf, rule } from './rule.ts';

/** In CEL: whether `c` is an address, or a range without bits beyond its prefix. */
export const CEL_IS_CANONICAL = 'isIP(c) || (isCIDR(c) && cidr(c) == cidr(c).masked())';

const ranges = (['allow', 'deny'] as const).map((field) =>
  rule<Sources>({
    id: `sources-${field}`,
    scope: 'spec.listeners[].sources',
    reads: [`${field}[?]`],
    rule: `!has(self.${field}) || self.${field}.all(c, ${CEL_IS_CANONICAL})`,
    message: `an entry of ${field} is neither an address nor a CIDR range without bits beyond its prefix length: write it as 192.0.2.1, 10.0.0.0/8 or fd00::/8`,
    fieldPath: `.${field}`,
    check: ({ [field]: entries = [] }) =>
      entries.flatMap((entry, i) => {
        const problem = cidrProblem(entry);
        return problemIf(problem !== undefined, [field, i], problem ?? '');
      }),
  }),
);

const filesOfPods = rule<L4BalancerSpec>({
  id: 'sources-files-standalone',
  aboutPods: true,
  scope: 'spec',
  reads: ['listeners[?].sources.fromFiles'],
  rule: '!self.listeners.exists(l, has(l.sources) && has(l.sources.fromFiles) && size(l.sources.fromFiles) > 0)',
  message:
    'sources.fromFiles works only without a cluster, because a pod has no such files: use fromConfigMaps',
  fieldPath: '.listeners',
  check: ({ listeners }) =>
    listeners.flatMap(({ sources }, i) =>
      problemIf(
        (sources?.fromFiles?.length ?? 0) > 0,
        ['listeners', i, 'sources', 'fromFiles'],
        'works only without a cluster, because a pod has no such files: use fromConfigMaps',
      ),
    ),
});

export const SOURCES_RULES = [...ranges, filesOfPods];
