import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { LiveEndpoint } from '../../report/live.ts';
import { until } from '../../tooling/wait/until.ts';
import { AXE, violations } from './axe.ts';
import { openPage, SCHEMES, SIZES, startBrowser, WITH_BROWSER } from './browser.ts';
import { liveReport } from './live-reports.ts';
import { startMadeUpProxy } from './made-up-proxy.ts';

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

const endpoint = (change: Partial<LiveEndpoint>): LiveEndpoint => ({
  backend: 'web',
  address: '192.0.2.1',
  port: 80,
  weight: 1,
  health: 'Healthy',
  since: '2026-11-24T11:59:00Z',
  share: 1,
  used: true,
  open: 3,
  connections: 1_000,
  failures: 0,
  rate: 4,
  bytes: 1_000,
  ...change,
});
const ENDPOINTS = [
  endpoint({ health: 'Unhealthy', reason: 'connection refused', used: false }),
  endpoint({ address: '192.0.2.2', ejectedUntil: '2026-11-24T12:00:30Z', reason: '5 attempts failed' }),
  endpoint({ address: '192.0.2.3', share: 0.4 }),
  endpoint({ address: '192.0.2.4', used: false, backup: true }),
  endpoint({ address: '192.0.2.5' }),
];

const quiet = liveReport({ listeners: [{ name: 'web' }], backends: [{ name: 'web', endpoints: 5 }] });
const broken = {
  ...liveReport({
    listeners: [
      { name: 'web', live: { received: 1e6, sent: 2e6, connections: 30, errors: 2 } },
      { name: 'taken' },
    ],
    backends: [
      {
        name: 'web',
        endpoints: 5,
        received: 1e6,
        sent: 2e6,
        failures: [{ name: 'Refused', total: 4, rate: 1 }],
      },
    ],
    findings: [{ code: 'PortTaken', path: 'spec.listeners[1].port', message: 'Free it.', listener: 'taken' }],
    busiest: ENDPOINTS.map(({ backend, address, port, bytes, rate, open }) => ({
      backend,
      address,
      port,
      bytes,
      rate,
      open,
    })),
    out: ENDPOINTS.slice(0, 2),
  }),
  closes: [
    { name: 'ClientReset', meaning: 'the client reset it', isError: true, total: 5, rate: 1 },
    { name: 'Finished', meaning: 'both sides ended it', isError: false, total: 50, rate: 1 },
  ],
  acceptors: [{ index: 0, connections: 3, handedOver: 1, pausedBy: 'EMFILE' }],
};
const troubled = {
  ...broken,
  summary: {
    ...broken.summary,
    ready: false,
    notReady: 'The proxy is shutting down.',
    source: { from: 'file a', following: false, problem: 'It cannot be read.', lostForMs: 5_000 },
    acceptors: [{ index: 0, alive: false, tableVersion: 0, open: 5, accepted: 50 }],
    tuning: [
      { name: 'net.core.somaxconn', asked: '4096', effective: '128', ok: false, hint: 'Raise it.' },
      { name: 'acceptors', effective: '2', ok: true },
    ],
    certificates: [
      { name: 'a', names: ['a.example'], notAfter: '2027-11-24T12:00:00Z', usedBy: ['web'] },
      {
        name: 'b',
        names: ['b.example'],
        notAfter: '2026-11-30T12:00:00Z',
        warnedFrom: '2026-11-16T12:00:00Z',
        usedBy: ['web'],
      },
      {
        name: 'c',
        names: [],
        notAfter: '2026-11-20T12:00:00Z',
        usedBy: ['web'],
        problem: 'It is unreadable.',
      },
      { name: 'd', names: [], usedBy: ['web'] },
    ],
  },
};

test('axe finds what is not accessible', WITH_BROWSER, async (t) => {
  const proxy = await startMadeUpProxy(quiet);
  t.after(() => proxy.close());
  const { page } = await openPage(browser, proxy.admin, { bypassCSP: true });
  await page.addScriptTag({ path: AXE });
  await page.evaluate(`
    document.querySelector('input[type=search]').closest('label').replaceWith(document.createElement('input'));
    document.querySelector('h2').style.color = getComputedStyle(document.body).backgroundColor;
  `);
  const found = (await violations(page)).join('\n');
  assert.match(found, /^label: /m);
  assert.match(found, /^color-contrast: /m);
});

for (const [what, report] of Object.entries({ quiet, troubled }))
  for (const colorScheme of SCHEMES)
    test(
      `axe finds nothing on a ${what} page in ${colorScheme} colours, at any size`,
      WITH_BROWSER,
      async (t) => {
        const proxy = await startMadeUpProxy(report, { total: 120, endpoints: ENDPOINTS });
        t.after(() => proxy.close());
        // Only to add axe itself: another test shows that the page works with its policy.
        const { page } = await openPage(browser, proxy.admin, { colorScheme, bypassCSP: true });
        await page.addScriptTag({ path: AXE });
        await page.locator('details.backend summary').click();
        await page.getByText('1 to 50 of 120').waitFor();
        await page.getByText('Also those that end well').click();
        await page.getByRole('searchbox').fill('192.0.2');
        await page.getByText('Endpoints with').waitFor();
        for (const size of SIZES) {
          await page.setViewportSize(size);
          await until('the picture fits', async () =>
            Boolean(await page.evaluate('document.querySelector(".flow svg").clientWidth <= innerWidth')),
          );
          assert.deepEqual(await violations(page), [], `${size.width} pixels wide`);
          assert.equal(await page.evaluate('document.documentElement.scrollWidth'), size.width);
        }
      },
    );
