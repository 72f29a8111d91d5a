import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { stringify } from 'yaml';
import { type Alert, anchorOf } from '../../../charts/monitoring/alert.ts';
import { ALERTS } from '../../../charts/monitoring/all-alerts.ts';
import { RUNBOOK_PAGE } from '../../../charts/monitoring/rules-file.ts';
import { runChild } from '../../../tooling/process/child.ts';
import { REPOSITORY } from '../../../tooling/process/folders.ts';
import { promtoolProgram, WITH_PROMETHEUS } from './prometheus-programs.ts';
import { CALMS, TROUBLES, type Trouble } from './troubles.ts';

const RULES = join(REPOSITORY, 'charts', 'l4balancer-operator', 'files', 'alerts.yaml');
const folder = mkdtempSync(join(tmpdir(), 'l4b-rules-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const filled = (text: string, { labels, value = '?' }: Trouble): string =>
  text
    .replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_all, name: string) => labels[name] ?? '<no value>')
    .replaceAll(/\{\{ \$value[^}]*\}\}/g, value);

/** What Prometheus must send while the alert fires. */
const expected = (alert: Alert, trouble: Trouble): object => ({
  exp_labels: { severity: alert.severity, ...trouble.labels },
  exp_annotations: {
    summary: filled(alert.summary, trouble),
    description: filled(alert.description, trouble),
    runbook_url: `${RUNBOOK_PAGE}#${anchorOf(alert)}`,
  },
});

const minutes = (time: string): number => Number(/^(\d+)m$/.exec(time)?.[1]);

/** What of an alert must fire at which minute, while series take these courses. */
const unitTest = (
  alertname: string,
  courses: Trouble['courses'],
  due: readonly (readonly [minute: number, fires: readonly object[]])[],
): string =>
  stringify(
    {
      rule_files: [RULES],
      evaluation_interval: '30s',
      tests: [
        {
          interval: '30s',
          input_series: courses.map(([series, values]) => ({ series, values })),
          alert_rule_test: due.map(([minute, exp_alerts]) => ({
            eval_time: `${minute * 60}s`,
            alertname,
            exp_alerts,
          })),
        },
      ],
    },
    { lineWidth: 0 },
  );

const runUnitTest = async (name: string, text: string): Promise<void> => {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, text);
  await runChild([promtoolProgram(), 'test', 'rules', file]);
};

test('promtool finds nothing wrong with the rules', WITH_PROMETHEUS, async () => {
  assert.match(
    await runChild([promtoolProgram(), 'check', 'rules', RULES]),
    new RegExp(`SUCCESS: ${ALERTS.length} rules found`),
  );
});

test('each alert has a trouble that makes it fire', () => {
  assert.deepEqual(new Set(TROUBLES.map(({ alert }) => alert)), new Set(ALERTS.map(({ name }) => name)));
  assert.equal(new Set(ALERTS.map(({ name }) => name)).size, ALERTS.length);
});

for (const [index, trouble] of TROUBLES.entries())
  test(
    `${trouble.alert} fires when it is due, says what happened, and stops: ${trouble.courses.map(([series]) => series.replace(/\{.*/, '')).at(0)}`,
    WITH_PROMETHEUS,
    async () => {
      const alert = ALERTS.find(({ name }) => name === trouble.alert) ?? assert.fail('no such alert');
      const due = [
        // The trouble begins after five minutes, so this is just before the alert is due.
        [5 + minutes(alert.for), []],
        [60, [expected(alert, trouble)]],
        [90, []],
      ] as const;
      await runUnitTest(`${index}`, unitTest(alert.name, trouble.courses, due));
    },
  );

for (const { alert, courses } of CALMS)
  test(`${alert} does not fire over what mends itself within a minute`, WITH_PROMETHEUS, async () => {
    const due = Array.from({ length: 180 }, (_, step) => [step / 2, []] as const);
    await runUnitTest(`calm-${alert}`, unitTest(alert, courses, due));
  });

test('each alert says what to do, in one sentence, and has a section in the runbook', () => {
  const headings = new Set(
    [...readFileSync(join(REPOSITORY, RUNBOOK_PAGE), 'utf8').matchAll(/^#+ (.+)$/gm)].map(
      ([, heading = '']) => heading.toLowerCase(),
    ),
  );
  for (const alert of ALERTS) {
    assert.ok(headings.has(anchorOf(alert)), `${RUNBOOK_PAGE} has no section ${alert.name}`);
    assert.match(alert.description, /^[A-Z].+[^.]\.$/, alert.name);
    assert.doesNotMatch(alert.description, /\. [A-Z]/, `${alert.name}: one sentence`);
    assert.doesNotMatch(alert.summary, /\.$/, alert.name);
  }
});
