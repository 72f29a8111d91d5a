import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALERTS } from '../../../charts/monitoring/all-alerts.ts';
import { DASHBOARDS } from '../../../charts/monitoring/all-dashboards.ts';
import { operatorMetrics, proxyMetrics } from '../../../scripts/docs/metrics.ts';
import { metricsIn, unknownIn } from './promql.ts';

const declared = [...proxyMetrics(), ...operatorMetrics()];

const queries: readonly { readonly of: string; readonly expr: string }[] = [
  ...ALERTS.map(({ name, expr }) => ({ of: name, expr })),
  ...DASHBOARDS.flatMap(({ uid, rows, variables }) => [
    ...variables.map(({ name, series }) => ({ of: `${uid}: ${name}`, expr: series })),
    ...rows.flatMap(({ panels }) =>
      panels.flatMap((panel) => panel.queries.map(({ expr }) => ({ of: `${uid}: ${panel.title}`, expr }))),
    ),
  ]),
];

test('a query that names what no program has is found', () => {
  const table: readonly [string, readonly string[]][] = [
    ['l4balancer_findings', []],
    ['l4balancer_findngs', ['l4balancer_findngs']],
    ['l4balancer_table_version{pod="a"}', []],
    ['l4balancer_table_version{cause="a"}', ['cause of l4balancer_table_version']],
    ['sum by (namespace, caus) (l4balancer_findings{pod=~"a|b{c}"})', ['caus']],
    ['rate(l4balancer_publish_duration_seconds_bucket{le="1"}[5m])', []],
    ['process_open_fds', []],
  ];
  for (const [expr, unknown] of table) assert.deepEqual(unknownIn(expr, declared), unknown, expr);
});

test('alerts and dashboards name only metrics and labels that a program declares', () => {
  assert.ok(queries.length > 80);
  for (const { of, expr } of queries) {
    assert.ok(metricsIn(expr).length > 0 || expr.includes('ALERTS'), `${of}: ${expr}`);
    assert.deepEqual(unknownIn(expr, declared), [], `${of}: ${expr}`);
  }
});

/** Words in braces of a legend or of a summary must be labels that the query leaves. */
test('legends and texts name only labels that their series have', () => {
  const left = (expr: string): ReadonlySet<string> =>
    new Set([
      ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(/,\s*/)),
      ...metricsIn(expr).flatMap((metric) => declared.find(({ name }) => name === metric)?.labels ?? []),
      'pod',
    ]);
  for (const { name, expr, summary, description } of ALERTS)
    for (const [, label = ''] of `${summary}${description}`.matchAll(/\$labels\.(\w+)/g)) {
      const [, outer = ''] = /\bby \(([^)]*)\)/.exec(expr) ?? [];
      assert.ok(outer.split(/,\s*/).includes(label), `${name}: ${label}`);
    }
  for (const { uid, rows } of DASHBOARDS)
    for (const { title, queries } of rows.flatMap(({ panels }) => panels))
      for (const { expr, legend } of queries)
        for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
          assert.ok(left(expr).has(label), `${uid}, ${title}: ${label}`);
});
