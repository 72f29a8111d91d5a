import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openPage, rowsOf, startBrowser, WITH_BROWSER } from './browser.ts';
import { liveReport } from './live-reports.ts';
import { startMadeUpProxy } from './made-up-proxy.ts';

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-24T12:00:00Z');
const inDays = (days: number): string => new Date(NOW_MS + days * DAY_MS).toISOString();

const CERTIFICATES = [
  { name: 'fresh', names: ['a.example'], notAfter: inDays(7), warnedFrom: inDays(5), usedBy: ['web'] },
  { name: 'due', names: [], notAfter: inDays(1), warnedFrom: inDays(-1), usedBy: [], usedByBackends: ['db'] },
  {
    name: 'over',
    names: [],
    notAfter: inDays(-1),
    warnedFrom: inDays(-2),
    usedBy: ['web'],
    usedByBackends: ['db'],
  },
  { name: 'none', names: [], usedBy: ['web'] },
];

test(
  'certificates are amber when the proxy warns of them, and name listeners and backends that use them',
  WITH_BROWSER,
  async (t) => {
    const report = liveReport({ listeners: [{ name: 'web' }], nowMs: NOW_MS });
    const proxy = await startMadeUpProxy({
      ...report,
      summary: { ...report.summary, certificates: CERTIFICATES },
    });
    t.after(() => proxy.close());
    const { page, problems } = await openPage(browser, proxy.admin);
    const rows = await rowsOf(page, 'Certificates');
    assert.deepEqual(
      [...rows].map(([name, cells]) => [name, cells.at(-1)]),
      [
        ['fresh', 'web'],
        ['due', 'backend db'],
        ['over', 'web, backend db'],
        ['none', 'web'],
      ],
    );
    const states = await page.locator('.certificates tbody .state').all();
    const shown = await Promise.all(
      states.map(async (state) => [await state.getAttribute('class'), await state.textContent()]),
    );
    assert.deepEqual(shown, [
      ['state good', '7 days left'],
      ['state fair', '1 day left'],
      ['state bad', 'Expired'],
      ['state bad', 'None in use'],
    ]);
    assert.deepEqual(problems, []);
  },
);
