import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, CDPSession } from 'playwright-core';
import { until } from '../../tooling/wait/until.ts';
import { openPage, startBrowser, WITH_BROWSER } from './browser.ts';
import { liveReport } from './live-reports.ts';
import { startMadeUpProxy } from './made-up-proxy.ts';

/** With 14,400, as `make soak` sets it, eight hours of reports that are two seconds apart. */
const REPORTS = Number(process.env.PAGE_REPORTS ?? 1_200);
const STEP_MS = 2_000;
/** Reports until the page has all that it ever keeps. */
const WARM_UP = 300;
/** Reports of which the page has seen the last before the next are sent. */
const BATCH = 50;
/** Compiled code and caches still grow a little; 14,400 reports that are kept would be 60 times as much. */
const MOST_GROWTH_BYTES = 1_000_000;

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

const START_MS = Date.parse('2026-11-24T00:00:00Z');

/** Listeners and backends come and go, findings and endpoints as well, and all figures change. */
const reportAt = (step: number) => {
  const names = Array.from({ length: 8 }, (_, index) => `l${(step >> 4) + index}`);
  const report = liveReport({
    nowMs: START_MS + step * STEP_MS,
    listeners: names.map((name, index) => ({
      name,
      backend: name,
      open: (step * (index + 1)) % 1_000,
      live: {
        connections: (step * index) % 97,
        received: (step * 1_000) % 10_007,
        sent: 5,
        errors: step % 3,
      },
    })),
    backends: names.map((name) => ({ name, open: step % 100, endpoints: 4 })),
    findings:
      step % 5 === 0
        ? []
        : [{ code: 'PortTaken', path: `spec.listeners[${step % 8}]`, message: `Finding ${step}` }],
    busiest: names.map((backend, index) => ({
      backend,
      address: `10.0.${step % 250}.${index}`,
      port: 80,
      rate: 1,
      bytes: (step * 7) % 1_000,
      open: 1,
    })),
  });
  return { ...report, summary: { ...report.summary, tableVersion: step } };
};

const heapAfterCollection = async (session: CDPSession) => {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { usedSize, nodes, jsEventListeners };
};

test('hours of reports leave nothing behind in the page', WITH_BROWSER, async (t) => {
  const proxy = await startMadeUpProxy(reportAt(0));
  t.after(() => proxy.close());
  const { page, problems } = await openPage(browser, proxy.admin);
  await page.locator('details.backend summary').first().click();
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  const facts = page.locator('.facts');
  const upTo = async (from: number, to: number): Promise<void> => {
    for (let step = from; step <= to; step += 1) {
      proxy.send(reportAt(step));
      // A page that has not taken one report would miss the next.
      await proxy.taken();
      if (step % BATCH !== 0 && step !== to) continue;
      const last = `table ${step.toLocaleString('en-US')}`;
      await until(`the page shows ${last}`, async () => ((await facts.textContent()) ?? '').includes(last), {
        everyMs: 5,
      });
    }
  };
  await upTo(1, WARM_UP);
  const before = await heapAfterCollection(session);
  await upTo(WARM_UP + 1, REPORTS);
  const after = await heapAfterCollection(session);
  t.diagnostic(`before ${JSON.stringify(before)}, after ${JSON.stringify(after)}`);
  assert.ok(
    after.usedSize - before.usedSize < MOST_GROWTH_BYTES,
    `the heap grew from ${before.usedSize} to ${after.usedSize} bytes`,
  );
  assert.ok(after.nodes < before.nodes * 1.5, `${before.nodes} nodes became ${after.nodes}`);
  assert.ok(
    after.jsEventListeners < before.jsEventListeners * 1.5,
    `${before.jsEventListeners} event handlers became ${after.jsEventListeners}`,
  );
  assert.deepEqual(problems, []);
});
