import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import { ProxyProcess } from '../proxy/relay/proxy-process.ts';
import { openPage, rowsOf, SIZES, startBrowser, WITH_BROWSER } from './browser.ts';

const MANY = 64;
/** Of a report and of the history, which is sent once. */
const MOST_REPORT_BYTES = 100_000;
const MOST_FIRST_BYTES = 500_000;

let browser: Browser;
let proxy: ProxyProcess;
before(async () => {
  if (WITH_BROWSER.skip !== false) return;
  browser = await startBrowser();
  const ports = await freePorts(MANY);
  const names = ports.map((_, index) => `shop-${index}`);
  proxy = await ProxyProcess.start({
    listeners: names.map((name, index) => ({ name, port: ports[index] ?? 0, backend: name })),
    backends: names.map((name, backend) => ({
      name,
      endpoints: Array.from({ length: MANY }, (_, index) => ({
        address: `127.1.${backend}.${index + 1}`,
        port: 9,
      })),
    })),
  });
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
});

test(
  '64 listeners with 64 endpoints each are folded, found and shown page by page',
  WITH_BROWSER,
  async () => {
    const { page, problems } = await openPage(browser, proxy.admin);
    assert.match(
      (await page.locator('section.backends .note').textContent()) ?? '',
      /^64, with 4,096 endpoints$/,
    );
    assert.equal((await rowsOf(page, 'Listeners')).size, 12);
    await page.getByRole('button', { name: 'Show all 64' }).first().click();
    await until('all are shown', async () => (await rowsOf(page, 'Listeners')).size === MANY);
    assert.ok((await page.locator('.flow .node').count()) < 60, 'the picture has the largest only');
    assert.match((await page.locator('.flow').textContent()) ?? '', /51 other listeners/);

    await page.getByRole('searchbox').fill('shop-63');
    await until('one is found', async () => (await rowsOf(page, 'Listeners')).size === 1);
    assert.match((await page.locator('section.listeners .note').textContent()) ?? '', /^1 of 64$/);
    await page.locator('details.backend summary').click();
    await until(
      'a page of its endpoints is shown',
      async () => (await rowsOf(page, 'Endpoints of shop-63')).size === 50,
    );
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('51 to 64 of 64').waitFor();
    await until('the rest is shown', async () => (await rowsOf(page, 'Endpoints of shop-63')).size === 14);
    assert.ok((await rowsOf(page, 'Endpoints of shop-63')).has('127.1.63.64:9'));

    await page.getByRole('searchbox').fill('127.1.7.');
    await page.getByText('Endpoints with “127.1.7.”: 64, the first 50').waitFor();
    assert.ok((await rowsOf(page, 'Endpoints found')).has('127.1.7.1:9'));
    await page.setViewportSize(SIZES[2]);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), SIZES[2].width);
    assert.deepEqual(problems, []);
  },
);

test('what is sent does not grow with the endpoints, however many pages are open', WITH_BROWSER, async () => {
  const abort = new AbortController();
  const sizes: number[] = [];
  const answer = await fetch(`http://${proxy.admin}/events`, { signal: abort.signal });
  let text = '';
  for await (const part of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    sizes.push(...events.filter((event) => event.startsWith('event: ')).map((event) => event.length));
    if (sizes.length >= 4) break;
  }
  abort.abort();
  const [history = 0, ...reports] = sizes;
  assert.ok(history < MOST_FIRST_BYTES, `${history} bytes of history`);
  assert.ok(Math.max(...reports) < MOST_REPORT_BYTES, `${reports} bytes`);

  const pages = await Promise.all(Array.from({ length: 5 }, () => openPage(browser, proxy.admin)));
  for (const { page, problems } of pages) {
    await until('it is live', async () => (await page.getByRole('status').textContent()) === 'Live');
    assert.deepEqual(problems, []);
  }
});
