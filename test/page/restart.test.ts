import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import { pollAdmin, startProgram } from '../proxy/program.ts';
import { manifestText } from '../proxy/relay/proxy-process.ts';
import { openPage, startBrowser, WITH_BROWSER } from './browser.ts';
import { liveReport } from './live-reports.ts';
import { startMadeUpProxy } from './made-up-proxy.ts';

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

test('the page says that the proxy has gone, and follows the next one', WITH_BROWSER, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [admin = 0, port = 0] = await freePorts(2);
  const manifest = join(folder, 'edge.yaml');
  const start = async (name: string) => {
    writeFileSync(
      manifest,
      manifestText({
        listeners: [{ name, port, backend: 'web' }],
        backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 9 }] }],
      }),
    );
    const program = startProgram(
      ['--config', manifest, '--admin', `127.0.0.1:${admin}`, '--acceptors', '1'],
      { L4B_DRAIN_DELAY: '0s', L4B_GRACE_PERIOD: '2s' },
    );
    t.after(() => program.child.kill('SIGKILL'));
    await program.line(({ msg }) => msg === 'admin endpoint listens');
    await pollAdmin(admin, '/readyz', (status) => (status === 200 ? true : undefined));
    return program;
  };
  const first = await start('before');
  const { page } = await openPage(browser, `127.0.0.1:${admin}`);
  const link = page.getByRole('status');
  await until('the page is live', async () => (await link.textContent()) === 'Live');
  const listeners = page.locator('section.listeners tbody');
  assert.match((await listeners.textContent()) ?? '', /before/);

  first.child.kill('SIGTERM');
  await first.ended;
  await until('the page says so', async () => (await link.textContent()) === 'Not connected');
  await until('it says why', async () =>
    /The proxy (is shutting down|does not answer)/.test((await page.getByRole('alert').textContent()) ?? ''),
  );
  assert.match((await listeners.textContent()) ?? '', /before/, 'the last figures stay');

  const second = await start('afterwards');
  await until('the page is live again', async () => (await link.textContent()) === 'Live');
  await until('it shows the new proxy', async () => /afterwards/.test((await listeners.textContent()) ?? ''));
  assert.equal(await page.getByRole('alert').count(), 0);

  // Killed, it says no farewell.
  second.child.kill('SIGKILL');
  await until('the page notices', async () => (await link.textContent()) === 'Not connected');
  await start('third');
  await until('the page is live once more', async () => (await link.textContent()) === 'Live');
});

test('a page that nobody sees does not listen', WITH_BROWSER, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'l4b-page-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [admin = 0, port = 0] = await freePorts(2);
  const manifest = join(folder, 'edge.yaml');
  writeFileSync(
    manifest,
    manifestText({
      listeners: [{ name: 'web', port, backend: 'web' }],
      backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: 9 }] }],
    }),
  );
  const program = startProgram(['--config', manifest, '--admin', `127.0.0.1:${admin}`, '--acceptors', '1'], {
    L4B_DRAIN_DELAY: '0s',
  });
  t.after(() => program.child.kill('SIGKILL'));
  await program.line(({ msg }) => msg === 'admin endpoint listens');
  await pollAdmin(admin, '/readyz', (status) => (status === 200 ? true : undefined));
  const { page } = await openPage(browser, `127.0.0.1:${admin}`);
  const closed = page.waitForEvent('requestfinished', (request) => request.url().endsWith('/events'));
  const failed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'));
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
  await Promise.any([closed, failed]);
  const again = page.waitForRequest((request) => request.url().endsWith('/events'));
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: false });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
  await again;
});

test(
  'a page that is seen again says that it is not connected, if the proxy has gone without a word',
  WITH_BROWSER,
  async (t) => {
    const proxy = await startMadeUpProxy(liveReport({ listeners: [{ name: 'web' }] }));
    t.after(() => proxy.close());
    const { page } = await openPage(browser, proxy.admin);
    // The page sets all of its timers by this clock.
    await page.clock.install();
    await page.reload();
    const link = page.getByRole('status');
    await until('the page is live', async () => (await link.textContent()) === 'Live');
    const show = (isShown: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, 'hidden', { value: ${!isShown}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      `);
    await show(false);
    // Its node is off: nothing answers, and nothing refuses.
    const asked = page.waitForRequest((request) => request.url().endsWith('/events'));
    await page.route('**/events', () => undefined);
    await show(true);
    await asked;
    assert.equal(await link.textContent(), 'Live');
    await page.clock.fastForward(25_000);
    await until('the page says so', async () => (await link.textContent()) === 'Not connected');
    assert.match((await page.getByRole('alert').textContent()) ?? '', /The proxy does not answer/);
  },
);
