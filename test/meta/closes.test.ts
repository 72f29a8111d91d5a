import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENDPOINT_METRICS } from '../../proxy/admin/endpoint-metrics.ts';
import { ENGINE_METRICS } from '../../proxy/admin/engine-metrics.ts';
import { SHORTAGES } from '../../proxy/control/shortage-texts.ts';
import { CLOSE_REASONS } from '../../proxy/engine/close-reason.ts';
import { assertNone, type Finding } from './finding.ts';
import { tree } from './tree.ts';

const PATH = 'docs/telemetry.md';

/** The page has these rows of a table and, of those that begin like them, no others. */
const check = (text: string, begin: RegExp, rows: readonly string[]): readonly Finding[] => {
  const lines = text.split('\n');
  return [
    ...rows.filter((row) => !lines.includes(row)).map((row) => ({ path: PATH, says: `has no row\n${row}` })),
    ...lines
      .filter((line) => begin.test(line) && !rows.includes(line))
      .map((line) => ({ path: PATH, says: `has a row that the code does not have\n${line}` })),
  ];
};

const page = (): string => tree().find(({ path }) => path === PATH)?.text ?? '';
const REASON = /^\| `[A-Z]\w+` \|/;
const METRIC = /^\| `l4balancer_\w+` \|/;

test('the page of the proxy’s telemetry explains every close reason in the words of the catalogue', () => {
  assert.equal(check('| `Aa` | a |\n| `Bb` | b |', REASON, ['| `Aa` | a |', '| `Bb` | c |']).length, 2);
  const rows = CLOSE_REASONS.map(
    ({ reason, meaning, by, phases, isError }) =>
      `| \`${reason}\` | ${meaning} | ${by} | ${phases.join(', ')} | ${isError ? 'yes' : 'no'} |`,
  );
  assertNone(check(page(), REASON, rows));
});

test('the page of the proxy’s telemetry has every metric of the data plane with its help', () => {
  const rows = [...ENGINE_METRICS, ...ENDPOINT_METRICS].map(
    ({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`,
  );
  assert.ok(rows.length > 30);
  assertNone(check(page(), METRIC, rows));
});

test('the page of the proxy’s telemetry says for each errno of accept what ran out and what to do', () => {
  const rows = Object.entries(SHORTAGES).map(([errno, { what, todo }]) => `| ${errno} | ${what} | ${todo} |`);
  assertNone(check(page(), /^\| (E[A-Z]+|other) \|/, rows));
});
