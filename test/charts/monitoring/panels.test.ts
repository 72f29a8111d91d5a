import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { ALERTS } from '../../../charts/monitoring/all-alerts.ts';
import { DASHBOARDS } from '../../../charts/monitoring/all-dashboards.ts';
import { runChild } from '../../../tooling/process/child.ts';
import { promtoolProgram, WITH_PROMETHEUS } from './prometheus-programs.ts';

const folder = mkdtempSync(join(tmpdir(), 'l4b-panels-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const CHOSEN: Readonly<Record<string, string>> = {
  namespace: 'shop',
  balancer: 'edge',
  pod: '.*',
  __rate_interval: '2m',
};

const panels = DASHBOARDS.flatMap(({ uid, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ uid, ...panel }))),
);

const queriesOf = (uid: string, title: string): readonly string[] => {
  const panel = panels.find((one) => one.uid === `l4balancer-${uid}` && one.title === title);
  const { queries } = panel ?? assert.fail(`no panel ${title}`);
  return queries.map(({ expr }) => expr.replaceAll(/\$(\w+)/g, (all, name: string) => CHOSEN[name] ?? all));
};

/** Labels and value of a sample. */
type Sample = readonly [labels: string, value: number];

interface Case {
  readonly what: string;
  /** Each has one value in each of ten minutes, unless it says more. */
  readonly series: Readonly<Record<string, string>>;
  /** What each query of a panel answers after ten minutes. */
  readonly answers: readonly (readonly [
    uid: string,
    title: string,
    answers: readonly (readonly Sample[])[],
  ])[];
}

const READY = 'l4balancer_operator_ready{namespace="system",pod="operator-a"}';
const NOT_READY = (name: string, namespace = 'shop'): string =>
  `l4balancer_operator_balancers_not_ready{namespace="${namespace}",name="${name}",reason="NoEndpoints"}`;
const UNKNOWN: readonly Sample[] = [['{reason="unknown: no operator is ready"}', 1]];
const unusable = (what: string, label: string, pod: string): string =>
  `l4balancer_${what}_unusable{namespace="shop",balancer="edge",pod="${pod}",${label}}`;
const closed = (listener: string, reason: string): string =>
  `l4balancer_connections_closed_total{namespace="shop",balancer="edge",pod="edge-a",listener="${listener}",reason="${reason}"}`;
const ACCEPTED =
  'l4balancer_listener_accepted_connections_total{namespace="shop",balancer="edge",pod="edge-a",listener="web"}';

const CASES: readonly Case[] = [
  {
    what: 'an operator that knows no trouble makes all balancers Ready',
    series: { [READY]: '1+0x10', 'l4balancer_operator_balancers_with_problem{reason="PortTaken"}': '0+0x10' },
    answers: [
      ['balancer', 'Ready', [[]]],
      ['fleet', 'Not Ready', [[['{}', 0]], []]],
      ['fleet', 'Why not Ready', [[]]],
      ['fleet', 'Problems', [[]]],
    ],
  },
  {
    what: 'a balancer that is not Ready has a reason',
    series: { [READY]: '1+0x10', [NOT_READY('edge')]: '1+0x10', [NOT_READY('other', 'team')]: '1+0x10' },
    answers: [
      ['balancer', 'Ready', [[['{reason="NoEndpoints"}', 1]]]],
      ['fleet', 'Not Ready', [[['{}', 1]], []]],
      ['fleet', 'Why not Ready', [[['{namespace="shop",name="edge",reason="NoEndpoints"}', 1]]]],
    ],
  },
  ...['0+0x10', '_x11'].map((ready) => ({
    what: `without ${ready.startsWith('0') ? 'a ready' : 'an'} operator it is unknown what is Ready`,
    series: { [READY]: ready },
    answers: [
      ['balancer', 'Ready', [UNKNOWN]],
      ['fleet', 'Not Ready', [[], [['{}', 1]]]],
      ['fleet', 'Why not Ready', [UNKNOWN]],
      ['fleet', 'Problems', [UNKNOWN]],
    ] satisfies Case['answers'],
  })),
  {
    what: 'certificates and source lists that one replica cannot use are shown, and no others',
    series: {
      [unusable('certificate', 'name="web-tls"', 'edge-a')]: '0+0x10',
      [unusable('certificate', 'name="web-tls"', 'edge-b')]: '1+0x10',
      [unusable('source_list', 'list="partners"', 'edge-a')]: '1+0x10',
      [unusable('source_list', 'list="blocked"', 'edge-a')]: '0+0x10',
    },
    answers: [
      [
        'balancer',
        'Certificates and source lists that cannot be used',
        [
          [
            ['{name="web-tls"}', 1],
            ['{list="partners"}', 1],
          ],
        ],
      ],
    ],
  },
  {
    what: 'a listener that is removed ends no connections again',
    series: {
      [closed('web', 'ConnectFailed')]: '0+60x10',
      [closed('web', 'ConnectionLimit')]: '0+60x10',
      [ACCEPTED]: '0+600x10',
      // The totals of another listener were added here in the last minute.
      [closed('', 'ConnectFailed')]: '0+0x9 9000',
      [closed('', 'ConnectionLimit')]: '0+0x9 9000',
    },
    answers: [
      [
        'balancer',
        'Why connections ended',
        [
          [
            ['{reason="ConnectFailed"}', 1],
            ['{reason="ConnectionLimit"}', 1],
          ],
        ],
      ],
      ['balancer', 'Refused by limits and sources', [[['{listener="web",reason="ConnectionLimit"}', 1]]]],
      ['fleet', 'Clients that cannot be connected', [[['{namespace="shop",balancer="edge"}', 0.1]]]],
    ],
  },
];

for (const [index, { what, series, answers }] of CASES.entries())
  test(what, WITH_PROMETHEUS, async () => {
    const file = join(folder, `${index}.yaml`);
    const expected = answers.flatMap(([uid, title, samples]) => {
      const queries = queriesOf(uid, title);
      assert.equal(queries.length, samples.length, title);
      return queries.map((expr, query) => ({
        expr,
        eval_time: '10m',
        exp_samples: samples[query]?.map(([labels, value]) => ({ labels, value })),
      }));
    });
    const input_series = Object.entries(series).map(([name, values]) => ({ series: name, values }));
    const tests = [{ interval: '1m', input_series, promql_expr_test: expected }];
    writeFileSync(file, stringify({ evaluation_interval: '1m', tests }, { lineWidth: 0 }));
    await runChild([promtoolProgram(), 'test', 'rules', file]);
  });

test('no rate of connections that ended is taken of listeners that are gone', () => {
  const queries = [...ALERTS, ...panels.flatMap((panel) => panel.queries)].map(({ expr }) => expr);
  const selectors = queries.flatMap(
    (expr) => expr.match(/l4balancer_connections_closed_total\{[^}]*\}/g) ?? [],
  );
  assert.ok(selectors.length >= 5);
  for (const selector of selectors) assert.match(selector, /listener!=""/);
});
