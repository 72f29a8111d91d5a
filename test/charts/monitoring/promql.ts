import type { DeclaredMetric } from '../../../scripts/docs/metrics.ts';

/** Labels that come from how a program is scraped. */
const OF_TARGETS = ['namespace', 'balancer', 'pod', 'job', 'instance'];
const METRIC = /\b(?:l4balancer|controller_runtime|workqueue|rest_client|leader_election|process)_[a-z_]+\b/g;
const SELECTOR = /([a-z0-9_]+)\{([^}]*)\}/g;
const MATCHER = /(\w+)\s*(?:=~|!~|!=|=)/g;
const GROUPING = /\b(?:by|on) \(([^)]*)\)/g;
const HISTOGRAM = /_(?:bucket|sum|count)$/;

/** Strings may contain anything. */
const withoutStrings = (expr: string): string => expr.replaceAll(/"[^"]*"/g, '""');

/** The metrics that a query asks for. */
export const metricsIn = (expr: string): readonly string[] => [
  ...new Set([...withoutStrings(expr).matchAll(METRIC)].map(([metric]) => metric)),
];

/** What a query names that no program has. */
export const unknownIn = (expr: string, declared: readonly DeclaredMetric[]): readonly string[] => {
  const of = (metric: string): DeclaredMetric | undefined =>
    declared.find(({ name }) => name === metric) ??
    declared.find(({ name, type }) => type === 'histogram' && name === metric.replace(HISTOGRAM, ''));
  const labelsOf = (metric: string): readonly string[] => [
    ...(of(metric)?.labels ?? []),
    ...OF_TARGETS,
    ...(metric.endsWith('_bucket') ? ['le'] : []),
  ];
  const text = withoutStrings(expr);
  const metrics = metricsIn(expr);
  const all = new Set(metrics.flatMap(labelsOf));
  return [
    ...metrics.filter((metric) => !metric.startsWith('process_') && of(metric) === undefined),
    ...[...text.matchAll(SELECTOR)].flatMap(([, metric = '', matchers = '']) =>
      metrics.includes(metric)
        ? [...matchers.matchAll(MATCHER)]
            .map(([, label = '']) => label)
            .filter((label) => !labelsOf(metric).includes(label))
            .map((label) => `${label} of ${metric}`)
        : [],
    ),
    ...[...text.matchAll(GROUPING)]
      .flatMap(([, labels = '']) => labels.split(/,\s*/))
      .filter((label) => metrics.length > 0 && !all.has(label)),
  ];
};
