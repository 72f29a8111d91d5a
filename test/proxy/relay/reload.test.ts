import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { askOnce, dialClient } from './client.ts';
import { echo, greet, startEndpoint } from './endpoint-server.ts';
import { type Manifest, manifestText, ProxyProcess } from './proxy-process.ts';

const CHANGES = 50;
const EVERY_MS = 100;
const CLIENTS = 8;

test('changing listeners and endpoints ten times a second fails no connection, new or old', async () => {
  const endpoints = await Promise.all(['a', 'b', 'c'].map((name) => startEndpoint(greet(name))));
  const echoing = await startEndpoint(echo);
  const ports = await freePorts(3);
  const target = (index: number) => ({ address: '127.0.0.1', port: endpoints[index]?.port as number });
  /** Each change has other endpoints, weights and algorithms, and every other one an additional listener. */
  const manifest = (change: number): Manifest => ({
    listeners: [
      { name: 'greet', port: ports[0] as number, backend: 'greet' },
      { name: 'echo', port: ports[1] as number, backend: 'echo' },
      ...(change % 2 === 1 ? [{ name: 'extra', port: ports[2] as number, backend: 'greet' }] : []),
    ],
    backends: [
      {
        name: 'greet',
        algorithm: change % 3 === 0 ? 'LeastConnections' : 'RoundRobin',
        endpoints: [target(change % 3), { ...target((change + 1) % 3), weight: 1 + (change % 5) }],
      },
      { name: 'echo', endpoints: [{ address: '127.0.0.1', port: echoing.port }] },
    ],
  });
  const proxy = await ProxyProcess.start(manifest(0));
  try {
    const old = await dialClient(ports[1] as number);
    let running = true;
    let answered = 0;
    const failures: string[] = [];
    const load = Array.from({ length: CLIENTS }, async () => {
      while (running) {
        try {
          const answer = await askOnce(ports[0] as number);
          if (!['a', 'b', 'c'].includes(answer)) failures.push(`answer "${answer}"`);
          answered++;
        } catch (error) {
          failures.push(String(error));
        }
      }
    });
    for (let change = 1; change <= CHANGES; change++) {
      await proxy.write(manifestText(manifest(change)));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    running = false;
    await Promise.all(load);
    assert.deepEqual(failures, []);
    assert.ok(answered > CHANGES, `${answered} connections were made`);
    const { tableVersion } = await proxy.status();
    assert.ok(tableVersion > CHANGES / 2, `${tableVersion} tables were served`);
    old.write('still here');
    const [reply] = (await once(old, 'data')) as [Buffer];
    assert.equal(reply.toString(), 'still here');
    old.destroy();
  } finally {
    await proxy.stop();
    await Promise.all([...endpoints, echoing].map((endpoint) => endpoint.close()));
  }
});

test('an added listener is served, a removed one refuses, and the others go on', async () => {
  const endpoint = await startEndpoint(greet('hello'));
  const [first, second] = (await freePorts(2)) as [number, number];
  const backends = [{ name: 'b', endpoints: [{ address: '127.0.0.1', port: endpoint.port }] }];
  const both: Manifest = {
    listeners: [
      { name: 'first', port: first, backend: 'b' },
      { name: 'second', port: second, backend: 'b' },
    ],
    backends,
  };
  const proxy = await ProxyProcess.start({ ...both, listeners: both.listeners.slice(0, 1) });
  try {
    await assert.rejects(askOnce(second), { code: 'ECONNREFUSED' });
    await proxy.write(manifestText(both));
    await proxy.until('serving both', async () => (await proxy.status()).listeners.length === 2);
    await proxy.untilServed();
    assert.equal(await askOnce(second), 'hello');
    await proxy.write(manifestText({ ...both, listeners: both.listeners.slice(1) }));
    // The counters of the removed one are shown for a while longer.
    await proxy.until('serving one', async () => {
      const { listeners } = await proxy.status();
      return listeners.filter(({ leaving }) => leaving !== true).length === 1;
    });
    await proxy.untilServed();
    await assert.rejects(askOnce(first), { code: 'ECONNREFUSED' });
    assert.equal(await askOnce(second), 'hello');
  } finally {
    await proxy.stop();
    await endpoint.close();
  }
});

test('after a bad edit the last good table is kept, the reason is reported, and its endpoints are still followed', async () => {
  const endpoints = await Promise.all(['a', 'b'].map((name) => startEndpoint(greet(name))));
  const [first, second] = endpoints as [(typeof endpoints)[number], (typeof endpoints)[number]];
  const [port] = (await freePorts(1)) as [number];
  const good: Manifest = {
    listeners: [{ name: 'web', port, backend: 'b' }],
    backends: [
      {
        name: 'b',
        healthCheck: { interval: '1s', timeout: '1s' },
        endpoints: endpoints.map((endpoint) => ({ address: '127.0.0.1', port: endpoint.port })),
      },
    ],
  };
  const bad = { ...good, listeners: [{ name: 'web', port, backend: 'nobody' }] };
  const proxy = await ProxyProcess.start(good);
  const endpointStatus = async (of: number) =>
    (await proxy.status()).backends[0]?.endpoints.find((one) => one.port === of);
  try {
    await proxy.until('reporting both endpoints as healthy', async () => {
      const health = [await endpointStatus(first.port), await endpointStatus(second.port)];
      return health.every((one) => one?.health === 'Healthy');
    });
    const before = await proxy.status();
    await proxy.write(manifestText(bad));
    await proxy.until('reporting the bad edit', async () =>
      (await proxy.status()).findings.some(({ message }) => message.includes('nobody')),
    );
    const { revision, ready, listeners, backends } = await proxy.status();
    assert.deepEqual([revision, ready], [before.revision, true]);
    assert.deepEqual(
      [listeners.map(({ name }) => name), backends.map(({ endpoints: of }) => of.length)],
      [['web'], [2]],
    );
    // A later table, caused only by the death of an endpoint: by then any effect of the edit on tables is
    // visible.
    await second.close();
    await proxy.until('not using the dead endpoint', async () => {
      const status = await endpointStatus(second.port);
      return status?.used === false;
    });
    assert.ok((await proxy.status()).tableVersion > before.tableVersion);
    for (let i = 0; i < 10; i++) assert.equal(await askOnce(port), 'a');
    await proxy.write(manifestText(good));
    await proxy.until('free of findings again', async () =>
      (await proxy.status()).findings.every(({ message }) => !message.includes('nobody')),
    );
    await proxy.untilServed();
    assert.equal(await askOnce(port), 'a');
  } finally {
    await proxy.stop();
    await first.close();
  }
});
