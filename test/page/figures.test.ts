import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { hostPort } from '../../page/words/format.ts';
import { freePorts } from '../../tooling/process/free-ports.ts';
import { until } from '../../tooling/wait/until.ts';
import { echo, startEndpoint } from '../proxy/relay/endpoint-server.ts';
import { ProxyProcess } from '../proxy/relay/proxy-process.ts';
import { openPage, rowsOf, startBrowser, WITH_BROWSER } from './browser.ts';

let browser: Browser;
before(async () => {
  if (WITH_BROWSER.skip === false) browser = await startBrowser();
});
after(() => browser?.close());

/**
 * Figures are up to two seconds old: waits until all assertions of `check` hold, and fails with the last one
 * that did not.
 */
const eventually = (what: string, check: () => Promise<void>): Promise<boolean> => {
  let last: unknown;
  const holds = async (): Promise<boolean> => {
    try {
      await check();
      return true;
    } catch (error) {
      if (!(error instanceof assert.AssertionError)) throw error;
      last = error;
      return false;
    }
  };
  return until(what, holds, { seen: () => last });
};

const connected = async (port: number): Promise<net.Socket> => {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('hello');
  await once(socket, 'data');
  return socket;
};

test('the page shows what /status and /metrics have at that moment', WITH_BROWSER, async (t) => {
  const endpoints = await Promise.all([startEndpoint(echo), startEndpoint(echo)]);
  const [web = 0, api = 0, nobody = 0] = await freePorts(3);
  const proxy = await ProxyProcess.start({
    listeners: [
      { name: 'web', port: web, backend: 'web' },
      { name: 'api', port: api, backend: 'api' },
    ],
    backends: [
      {
        name: 'web',
        healthCheck: { type: 'TCP', interval: '1s' },
        endpoints: [...endpoints.map(({ port }) => port), nobody].map((port) => ({
          address: '127.0.0.1',
          port,
        })),
      },
      { name: 'api', endpoints: [{ address: '127.0.0.1', port: endpoints[0]?.port ?? 0 }] },
    ],
  });
  const sockets: net.Socket[] = [];
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await proxy.stop();
    await Promise.all(endpoints.map((one) => one.close()));
  });
  for (let n = 0; n < 12; n += 1) sockets.push(await connected(n < 9 ? web : api));
  // Two end, one of them with an error.
  sockets[0]?.end();
  sockets[1]?.resetAndDestroy();
  await proxy.until('down to ten connections', async () => (await proxy.open()) === 10);
  await proxy.until('sure that one endpoint is out', async () =>
    (await proxy.status()).backends.some(({ counts }) => counts.ready === 2),
  );

  const { page, problems } = await openPage(browser, proxy.admin);
  await page.locator('details.backend', { hasText: 'web' }).locator('summary').click();
  const status = await proxy.status();
  await until('the page has caught up', async () => (await rowsOf(page, 'Endpoints of web')).size === 3);

  await page.getByText('Also those that end well').click();
  await eventually('the page agrees with the proxy', async () => {
    const listeners = await rowsOf(page, 'Listeners');
    for (const { name, port, open } of status.listeners) {
      const cells = listeners.get(name) ?? [];
      assert.match(cells[0] ?? '', new RegExp(`${port}/TCP → ${name}`));
      assert.equal(cells[1], `${open}`);
      assert.equal(
        Number(cells[1]),
        await proxy.metric('l4balancer_listener_open_connections', { listener: name }),
      );
    }
    const shown = await rowsOf(page, 'Endpoints of web');
    for (const endpoint of status.backends.find(({ name }) => name === 'web')?.endpoints ?? []) {
      const cells = shown.get(hostPort(endpoint)) ?? [];
      assert.equal(cells[2], `${endpoint.open}`);
      assert.equal(cells[5], `${endpoint.connections}`);
      assert.equal(cells[6], `${endpoint.failures}`);
      assert.match(
        cells[1] ?? '',
        endpoint.health === 'Unhealthy' ? /^Unhealthyfor \d+ .*refused/ : /^Healthyfor \d+/,
      );
    }
    assert.match((await page.locator('#attention').textContent()) ?? '', /Needs attention/);
    assert.deepEqual([...(await rowsOf(page, 'Endpoints out of service')).keys()], [`127.0.0.1:${nobody}`]);

    const acceptors = await rowsOf(page, 'Acceptors');
    for (const { index, accepted } of status.acceptors)
      assert.equal(acceptors.get(`${index}`)?.[3], `${accepted}`, `acceptor ${index}`);
    const endings = await rowsOf(page, 'Reasons for which connections ended');
    for (const [reason, cells] of endings)
      assert.equal(
        Number(cells[1]),
        await proxy.metric('l4balancer_connections_closed_total', { reason }),
        reason,
      );
    assert.deepEqual([...endings.keys()].sort(), ['ClientReset', 'Finished']);
    const open = page.locator('.card', { hasText: 'Open connections' });
    assert.equal(await open.locator('b').textContent(), '10');

    const tuning = await rowsOf(page, 'Tuning');
    for (const { name, effective, ok } of status.tuning) {
      const cells = [...tuning.values()].find(([first = '']) => first.startsWith(name)) ?? [];
      assert.deepEqual(cells.slice(2), [effective, ok ? 'Ok' : 'Lacking'], name);
    }
  });
  assert.deepEqual(problems, []);
});

test('the picture and the charts follow the traffic', WITH_BROWSER, async (t) => {
  const endpoint = await startEndpoint(echo);
  const [port = 0] = await freePorts(1);
  const proxy = await ProxyProcess.start({
    listeners: [{ name: 'web', port, backend: 'web' }],
    backends: [{ name: 'web', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }],
  });
  t.after(async () => {
    await proxy.stop();
    await endpoint.close();
  });
  const { page, problems } = await openPage(browser, proxy.admin);
  const flow = page.locator('.flow');
  await flow.locator('.way').first().waitFor({ state: 'attached' });
  assert.equal(await flow.locator('.way').count(), 2, 'a listener, a backend, an endpoint');
  assert.match((await flow.textContent()) ?? '', /web 0 B\/s/);

  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  t.after(() => socket.destroy());
  const sending = setInterval(() => socket.write(Buffer.alloc(50_000)), 20);
  t.after(() => clearInterval(sending));
  await until('the picture shows traffic', async () =>
    /web \d.* [kM]B\/s/.test((await flow.textContent()) ?? ''),
  );
  await page.getByLabel('Open connections', { exact: true }).check();
  await until('one connection is shown', async () =>
    /web :\d+ 1(?!\d)/.test((await flow.textContent()) ?? ''),
  );
  const chart = page.locator('.card', { hasText: 'Traffic' }).getByRole('img');
  assert.match(
    (await chart.getAttribute('aria-label')) ?? '',
    /To endpoints of the last minutes: now [\d.]+ [kM]?B\/s/,
  );
  assert.deepEqual(problems, []);
});
