import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import { ProxyProcess } from '../proxy/relay/proxy-process.ts';
import { openPage, SIZES, startBrowser, WITH_BROWSER } from './browser.ts';
import { liveReport } from './live-reports.ts';
import { startMadeUpProxy } from './made-up-proxy.ts';

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

const MARKUP = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&amp;`;

test('markup in the name and the content of a file is shown as it is', WITH_BROWSER, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const list = join(folder, '<img src=x onerror=alert(1)>');
  writeFileSync(list, 'deny 192.0.2.0/24;\n');
  const [port = 0] = await freePorts(1);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'web', port, backend: 'web', sources: { fromFiles: [list] } }],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 9 }] }],
  });
  t.after(() => proxy.stop());
  const { page, problems } = await openPage(browser, proxy.admin);
  writeFileSync(list, `deny ${MARKUP}`);
  const message = page.locator('.findings .message');
  await until('the finding is shown', async () => (await message.count()) > 0);
  const text = (await message.first().textContent()) ?? '';
  assert.ok(text.includes('<img src=x onerror=alert(1)>'), text);
  assert.ok(text.includes('<script>alert(2)</script>'), text);
  assert.equal(await page.locator('img').count(), 0);
  assert.deepEqual(problems, []);
});

test('no script runs that is not of the page, even if it gets into it', WITH_BROWSER, async (t) => {
  const proxy = await startMadeUpProxy(liveReport({ listeners: [{ name: 'a' }] }));
  t.after(() => proxy.close());
  const { page, problems } = await openPage(browser, proxy.admin);
  const attempts = [
    "const a = document.createElement('script'); a.textContent = 'window.broken = 1'; document.body.append(a)",
    'document.body.innerHTML += \'<img src=x onerror="window.broken = 1">\'',
    "const b = document.createElement('script'); b.src = 'http://127.0.0.1:9/'; document.body.append(b)",
    "const c = document.createElement('iframe'); c.src = 'http://127.0.0.1:9/'; document.body.append(c)",
    "document.body.setAttribute('onclick', 'window.broken = 1'); document.body.click()",
  ];
  for (const attempt of attempts)
    await page.evaluate(`(() => { try { ${attempt} } catch { /* refused */ } })()`);
  assert.equal(await page.evaluate('window.broken'), undefined);
  await until('the browser has refused each', async () => problems.length >= attempts.length);
  for (const problem of problems) assert.match(problem, /Content.Security.Policy|TrustedScript|TrustedHTML/i);
});

const LONG = 'x'.repeat(1_000_000);

for (const viewport of SIZES)
  test(
    `texts of a million characters leave the page whole, ${viewport.width} pixels wide`,
    WITH_BROWSER,
    async (t) => {
      const report = liveReport({
        listeners: [
          { name: LONG, backend: MARKUP },
          { name: MARKUP, backend: LONG },
        ],
        backends: [
          { name: MARKUP, endpoints: 1 },
          { name: LONG, endpoints: 1 },
        ],
        findings: [
          { code: 'SpecRefused', path: LONG, message: LONG, listener: LONG },
          { code: 'PortTaken', path: MARKUP, message: `${MARKUP} ${'word '.repeat(200_000)}` },
        ],
      });
      const proxy = await startMadeUpProxy({
        ...report,
        proxy: LONG,
        summary: {
          ...report.summary,
          notReady: LONG,
          ready: false,
          source: { from: LONG, following: false, problem: LONG },
          tuning: [{ name: LONG, asked: LONG, effective: LONG, ok: false, hint: LONG }],
          certificates: [{ name: LONG, names: [LONG], usedBy: [LONG], problem: LONG }],
        },
      });
      t.after(() => proxy.close());
      const { page, problems } = await openPage(browser, proxy.admin, { viewport });
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), viewport.width);
      const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
      assert.ok(height < 40_000, `${height} pixels high`);
      assert.ok(Number(await page.evaluate('document.body.innerText.length')) < 60_000);
      assert.equal(await page.locator('img').count(), 0);
      assert.deepEqual(problems, []);
    },
  );
