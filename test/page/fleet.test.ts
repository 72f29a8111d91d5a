import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { createAdmitToken } from '../../operator/fleet/admit-token.ts';
import { fleetPages, readFleetPage } from '../../operator/fleet/pages.ts';
import { eventText } from '../../program/event-audience.ts';
import { jsonPage, startPageServer } from '../../program/page-server.ts';
import type { FleetRow } from '../../report/fleet.ts';
import { until } from '../../tooling/wait/until.ts';
import { AXE, violations } from './axe.ts';
import { openPage, rowsOf, SCHEMES, SIZES, startBrowser, WITH_BROWSER } from './browser.ts';
import { liveReport } from './live-reports.ts';
import { fleetRow, HEAD, type MadeUpBalancer, startMadeUpFleet } from './made-up-fleet.ts';

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

const OVERVIEW = { ready: '#balancers' };
const ONE = { path: '/#/shop/edge' };

const problem = (reason: string, more: object = {}) => ({
  reason,
  about: 'listener web',
  message: 'So it is.',
  whatToDo: 'Do this.',
  isBlocking: false,
  ...more,
});
const MANY: readonly FleetRow[] = Array.from({ length: 213 }, (_, at) => {
  const name = `edge-${String(at).padStart(3, '0')}`;
  const traffic = { open: at, rate: 1, ageMs: 1_000, replicas: 2 };
  if (at === 150) {
    const problems = [problem('PortTaken', { isBlocking: true })];
    return fleetRow({ name, traffic, ready: 'False', reason: 'PortTaken', problems, problemCount: 4 });
  }
  if (at === 100) {
    const problems = [problem('CertificateExpires')];
    return fleetRow({ name, traffic, problems, problemCount: 1, certificate: { name: 'tls', daysLeft: 9 } });
  }
  return fleetRow({ name, traffic, namespace: at % 2 === 0 ? 'shop' : 'team' });
});

const replica = (pod: string, more: object = {}) => ({
  pod,
  node: 'n1',
  isReady: true,
  restarts: 0,
  trouble: '',
  link: { state: 'Live' as const },
  ...more,
});
const reportOf = (pod: string, open: number) => {
  const report = liveReport({
    listeners: [{ name: 'web', open, live: { connections: 1 } }],
    backends: [{ name: 'web', endpoints: 2, open }],
    findings: [{ code: 'PortTaken', path: 'spec.listeners[0]', message: 'Free it.', listener: 'web' }],
  });
  return { pod, report: { ...report, proxy: pod, totals: { ...report.totals, open } } };
};
const BALANCER: MadeUpBalancer = {
  balancer: {
    head: { ...HEAD, isLeader: false, leader: 'operator-2', problems: ['Pod: not listed yet'] },
    row: fleetRow({ name: 'edge', ready: 'False', reason: 'NotReady' }),
    problems: [problem('NotReady', { isBlocking: true, about: '' })],
    generation: 4,
    revision: 'r2',
    addresses: ['203.0.113.7'],
    replicas: [
      replica('edge-a'),
      replica('edge-b', { restarts: 2 }),
      replica('edge-c', { isReady: false, trouble: 'Crashed.', link: { state: 'Lost', why: 'Silent.' } }),
    ],
    moreReplicas: 3,
  },
  figures: [reportOf('edge-a', 3), reportOf('edge-b', 4)],
};

test('213 balancers are folded, those that need attention first, and found', WITH_BROWSER, async (t) => {
  const fleet = await startMadeUpFleet({ head: HEAD, balancers: MANY });
  t.after(() => fleet.close());
  const { page, problems } = await openPage(browser, fleet.address, {}, OVERVIEW);
  const names = async (): Promise<readonly string[]> => [...(await rowsOf(page, 'Balancers')).keys()];
  assert.deepEqual((await names()).slice(0, 3), ['edge-150', 'edge-100', 'edge-000']);
  assert.equal((await names()).length, 50);
  const cards = await page.locator('.totals .card').allTextContents();
  assert.deepEqual(cards.slice(0, 4), [
    'Balancers213',
    'Not ready1',
    'With warnings1',
    `Open connections${((212 * 213) / 2).toLocaleString('en-US')}`,
  ]);
  await page.getByRole('button', { name: 'Show all 213' }).click();
  await until('all are shown', async () => (await names()).length === 213);
  await page.getByLabel('Only those that need attention').check();
  await until('those that need attention are shown', async () => (await names()).length === 2);
  assert.match((await page.locator('#balancers').locator('..').textContent()) ?? '', /2 of 213/);
  await page.getByLabel('Only those that need attention').uncheck();
  for (const [text, count] of [
    ['EDGE-01', 10],
    ['team/', 106],
    ['porttaken', 1],
    ['nothing like it', 0],
  ] as const) {
    await page.getByRole('searchbox').fill(text);
    await until(`${count} are found`, async () => {
      const found = await page.locator('tbody tr').count();
      return found === count;
    });
  }
  await page.getByRole('searchbox').fill('edge-150');
  const worst = await rowsOf(page, 'Balancers');
  assert.match(
    worst.get('edge-150')?.[1] ?? '',
    /^Not ready: PortTakenfor 4 dPortTaken listener web: So it is/,
  );
  assert.match(worst.get('edge-150')?.[1] ?? '', /and 3 more$/);
  // What changes is shown without losing what was searched for.
  fleet.send({ head: HEAD, balancers: MANY.map((row) => ({ ...row, ready: 'True', reason: 'Available' })) });
  await until('the change is shown', async () =>
    /^Ready/.test((await rowsOf(page, 'Balancers')).get('edge-150')?.[1] ?? ''),
  );
  assert.deepEqual(problems, []);
});

test('a balancer is joined over its replicas, and each can be chosen', WITH_BROWSER, async (t) => {
  const fleet = await startMadeUpFleet({ head: HEAD, balancers: [fleetRow({ name: 'edge' })] }, BALANCER);
  t.after(() => fleet.close());
  const { page, problems } = await openPage(browser, fleet.address, {}, OVERVIEW);
  await page.getByRole('link', { name: 'edge' }).click();
  await page.locator('#replicas').waitFor();
  const open = page.locator('.card', { hasText: 'Open connections' }).locator('b');
  await until('the sum is shown', async () => (await open.textContent()) === '7');
  const replicas = await rowsOf(page, 'Replicas');
  assert.deepEqual(
    [...replicas].map(([pod, [, state, held]]) => [pod, state, held]),
    [
      ['edge-a', 'Ready', '3'],
      ['edge-b', 'Ready', '4'],
      ['edge-c', 'Not readyCrashed. · No live figures: Silent.', '–'],
    ],
  );
  assert.equal(await page.locator('.findings .message').last().textContent(), 'Free it. — edge-a, edge-b');
  const text = (await page.locator('body').textContent()) ?? '';
  assert.match(text, /is on standby and asks no proxy for its figures.*The leader is operator-2;/);
  assert.match(text, /The operator may not know what there is now: Pod: not listed yet/);
  assert.match(text, /3 more replicas are left out, here and in all figures of this page\./);
  await page.getByLabel('Figures of').selectOption('edge-b');
  await until('one replica is shown', async () => (await open.textContent()) === '4');
  assert.equal(await page.locator('#acceptors').count(), 1);
  await page.getByRole('link', { name: 'All balancers' }).click();
  await page.locator('#balancers').waitFor();
  assert.deepEqual(problems, []);
});

const MARKUP = `<img src=x onerror=alert(1)><script>alert(2)</script>"'&amp;`;
const LONG = 'x'.repeat(1_000_000);

for (const viewport of SIZES)
  test(
    `names with markup, or of a million characters, leave the pages whole, ${viewport.width} pixels wide`,
    WITH_BROWSER,
    async (t) => {
      const hostile = (text: string) =>
        fleetRow({
          name: text,
          namespace: text,
          ready: 'False',
          reason: text,
          message: text,
          problems: [problem(text, { message: text, about: text, whatToDo: text })],
          problemCount: 1,
          certificate: { name: text, problem: text },
          limiting: [text],
          words: text,
        });
      const head = {
        ...HEAD,
        operator: LONG,
        isLeader: false,
        leader: MARKUP,
        problems: [MARKUP, LONG],
        namespaces: [LONG],
      };
      const report = reportOf(MARKUP, 1);
      const fleet = await startMadeUpFleet(
        { head, balancers: [hostile(MARKUP), hostile(LONG)] },
        {
          balancer: {
            ...BALANCER.balancer,
            head,
            row: hostile(LONG),
            problems: hostile(MARKUP).problems,
            revision: LONG,
            addresses: [LONG, MARKUP],
            replicas: [
              replica(MARKUP, { node: LONG, trouble: LONG }),
              replica(LONG, { link: { state: 'Lost', why: LONG } }),
            ],
          },
          figures: [report, { ...report, pod: LONG }],
        },
      );
      t.after(() => fleet.close());
      for (const [what, view] of Object.entries({ all: OVERVIEW, one: ONE })) {
        const { page, problems } = await openPage(browser, fleet.address, { viewport }, view);
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), viewport.width, what);
        assert.ok(Number(await page.evaluate('document.documentElement.scrollHeight')) < 40_000, what);
        assert.ok(Number(await page.evaluate('document.body.innerText.length')) < 60_000, what);
        assert.equal(await page.locator('img').count(), 0);
        assert.deepEqual(problems, []);
        await page.context().close();
      }
    },
  );

/** The real pages behind tokens, of which one is accepted until the test says otherwise. */
const startWithTokens = async () => {
  let accepted = 'right';
  const admit = createAdmitToken({
    reviews: {
      userOf: async (token) =>
        token === accepted || token === 'powerless' ? { username: token } : undefined,
      mayGet: async ({ username }) => username === accepted,
    },
    namespaces: () => [],
    now: () => performance.now(),
    onError: (error) => assert.fail(`${error}`),
  });
  const streams = new Set<{ end(text: string): unknown }>();
  const server = await startPageServer({
    address: { host: '127.0.0.1', port: 0 },
    onError: (error) => assert.fail(`${error}`),
    pages: fleetPages({
      page: readFleetPage(),
      isPageOpen: true,
      admit,
      fleet: {
        events: () => ({
          begin(response) {
            streams.add(response);
            response.write(eventText('fleet', { head: HEAD, balancers: [fleetRow({ name: 'edge' })] }));
          },
        }),
        endpoints: async () => jsonPage({}),
      },
    }),
  });
  return {
    address: `127.0.0.1:${server.port}`,
    withdraw(why: string): void {
      accepted = '';
      for (const stream of streams) stream.end(eventText('end', { why }));
    },
    close: () => server.close(),
  };
};

test(
  'a token is asked for, is forgotten with the page, and is asked for again when it is withdrawn',
  WITH_BROWSER,
  async (t) => {
    const server = await startWithTokens();
    t.after(() => server.close());
    const { page, problems } = await openPage(browser, server.address, {}, { ready: '#token' });
    const said = async (): Promise<string> => (await page.getByRole('alert').textContent()) ?? '';
    const give = async (token: string): Promise<void> => {
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Look' }).click();
    };
    assert.match(await said(), /^A token is needed/);
    await give('wrong');
    await until('it is refused', async () =>
      (await said()).startsWith('The API server does not accept this'),
    );
    await give('powerless');
    await until('it may see nothing', async () =>
      (await said()).startsWith('This token may get l4balancers n'),
    );
    await give(' right ');
    await page.locator('#balancers').waitFor();
    assert.equal(await page.locator('#token').count(), 0);
    assert.equal(
      await page.evaluate('JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])'),
      '["",0,0]',
    );
    assert.ok(!page.url().includes('right'));
    server.withdraw('It has expired.');
    await page.locator('#token').waitFor();
    assert.equal(await said(), 'It has expired.');
    assert.equal(await page.locator('#balancers').count(), 0, 'what was shown is gone');
    await page.reload();
    await page.locator('#token').waitFor();
    // A browser reports each answer that is an error.
    assert.ok(
      problems.every((one) => /status of 40[13]/.test(one)),
      problems.join('\n'),
    );
  },
);

for (const colorScheme of SCHEMES)
  test(
    `axe finds nothing on the pages of all balancers in ${colorScheme} colours, at any size`,
    WITH_BROWSER,
    async (t) => {
      const fleet = await startMadeUpFleet({ head: BALANCER.balancer.head, balancers: MANY }, BALANCER);
      const tokens = await startWithTokens();
      t.after(() => Promise.all([fleet.close(), tokens.close()]));
      const views = [
        [fleet.address, OVERVIEW],
        [fleet.address, ONE],
        [tokens.address, { ready: '#token' }],
      ] as const;
      for (const [address, view] of views) {
        const { page } = await openPage(browser, address, { colorScheme, bypassCSP: true }, view);
        await page.addScriptTag({ path: AXE });
        for (const size of SIZES) {
          await page.setViewportSize(size);
          await until('the page fits', async () =>
            Boolean(await page.evaluate('document.documentElement.scrollWidth === innerWidth')),
          );
          assert.deepEqual(await violations(page), [], `${size.width} pixels wide`);
        }
        await page.context().close();
      }
    },
  );
