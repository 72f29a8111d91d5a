import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLiveEndpoints, parseLiveHistory, parseLiveReport } from '../../report/live-parse.ts';
import { liveReport } from '../page/live-reports.ts';

const REPORT = liveReport({
  listeners: [{ name: 'web', live: { connections: 1 } }],
  backends: [{ name: 'web', endpoints: 1, failures: [{ name: 'Refused', total: 1, rate: 0 }] }],
  findings: [{ code: 'PortTaken', path: 'spec', message: 'Free it.' }],
});

test('a report of this version is read as it is', () => {
  assert.deepEqual(parseLiveReport(JSON.stringify(REPORT)), REPORT);
});

test('a newer proxy may say more, and name codes that are unknown', () => {
  const newer = {
    ...REPORT,
    moon: true,
    summary: { ...REPORT.summary, findings: [{ code: 'MoonInTheWay', path: 'spec', message: 'So it is.' }] },
  };
  assert.equal(parseLiveReport(JSON.stringify(newer))?.summary.findings[0]?.code, 'MoonInTheWay');
});

for (const text of [
  '',
  'null',
  '[]',
  '{"proxy":"a"}',
  '<html>',
  JSON.stringify({ ...REPORT, totals: { ...REPORT.totals, open: '<b>' } }),
  JSON.stringify({ ...REPORT, listeners: {} }),
  JSON.stringify({ ...REPORT, everyMs: 0 }),
])
  test(`what is no report is refused: ${text.slice(0, 40)}`, () => {
    assert.equal(parseLiveReport(text), undefined);
    assert.equal(parseLiveHistory(text), undefined);
    assert.equal(parseLiveEndpoints(text), undefined);
  });
