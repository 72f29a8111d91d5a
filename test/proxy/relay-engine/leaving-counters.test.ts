import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createMetrics } from '../../../proxy/admin/metrics.ts';
import type { Algorithm } from '../../../proxy/configuration/backend-policy.ts';
import { startEngine } from '../../../proxy/relay-engine/start.ts';
import type { TableBackend } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { parsePrometheus } from '../admin/prometheus-text.ts';
import { dialClient, howDialEnds } from '../relay/client.ts';
import { echo, startEndpoint } from '../relay/endpoint-server.ts';
import { type BackendChange, tableBackend, tableListener, tableOf } from '../tables.ts';

/** How long counters are kept where a test waits for them to go; no test looks for what is only there meanwhile. */
const GO_MS = 50;

/** Two listeners with a backend each, the metrics page, and clients that were answered. Counters are kept for two minutes where `countersKeptMs` is left out. */
const setUp = async (t: TestContext, keep: { readonly countersKeptMs?: number } = {}) => {
  const endpoint = await startEndpoint(echo);
  const [staying, going, fatal] = (await freePorts(3)) as [number, number, number];
  const events: string[] = [];
  const engine = await startEngine({
    acceptors: 1,
    onEvent: ({ type }) => events.push(type),
    ...keep,
  });
  const clients: Socket[] = [];
  t.after(async () => {
    for (const client of clients) client.destroy();
    await engine.close();
    await endpoint.close();
  });
  const metrics = createMetrics('1.2.3', {
    stats: () => engine.stats(),
    health: () => [],
    findings: () => 0,
    connected: () => true,
    sourcePortsLeft: () => 0,
    output: { accepted: 0, dropped: 0, logDropped: 0, failures: new Map() },
  });
  /** Sum of a metric's samples by the value of a label. */
  const by = async (metric: string, label: string): Promise<Readonly<Record<string, number>>> => {
    const samples = parsePrometheus(await metrics.text()).find(({ name }) => name === metric)?.samples ?? [];
    const sums: Record<string, number> = {};
    for (const [labels, value] of samples) {
      const key = new RegExp(`[{,]${label}="(.*?)"`).exec(labels)?.[1] ?? 'none';
      sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  };
  const open = async (port: number): Promise<Socket> => {
    const client = await dialClient(port);
    client.on('error', () => undefined); // cut off where a test says so
    clients.push(client);
    client.write('hello');
    await once(client, 'data');
    return client;
  };
  const end = async (client: Socket): Promise<void> => {
    client.end().resume();
    await once(client, 'close');
  };
  /** What each listener of the page accepted, and what of it is open or has ended. */
  const balance = async () => {
    const [accepted, opened, closed] = await Promise.all([
      by('l4balancer_listener_accepted_connections_total', 'listener'),
      by('l4balancer_listener_open_connections', 'listener'),
      by('l4balancer_connections_closed_total', 'listener'),
    ]);
    return Object.fromEntries(
      Object.entries(accepted).map(([name, total]) => [
        name,
        { accepted: total, open: opened[name], closed: closed[name] },
      ]),
    );
  };
  const backendOf = (name: string, change: BackendChange = {}): TableBackend =>
    tableBackend({ name, endpoints: [{ address: '127.0.0.1', port: endpoint.port, weight: 1 }], ...change });
  const listener = (name: string, port: number) => tableListener(port, { name, backend: name });
  const both = tableOf(
    [listener('staying', staying), listener('going', going), listener('idle', fatal)],
    [backendOf('staying'), backendOf('going'), backendOf('idle')],
  );
  const one = tableOf([listener('staying', staying)], [backendOf('staying')]);
  /** Has an acceptor die with whatever it holds: no picker has this name. */
  const deadly = tableOf(
    [listener('staying', staying), listener('fatal', fatal)],
    [backendOf('staying'), backendOf('fatal', { algorithm: 'Nonsense' as Algorithm })],
  );
  const eventually = async (what: string, holds: () => Promise<boolean> | boolean): Promise<void> => {
    await until(what, holds, { seen: async () => ({ events, counted: await balance() }) });
  };
  return {
    engine,
    metrics,
    by,
    open,
    end,
    balance,
    both,
    one,
    deadly,
    staying,
    going,
    fatal,
    eventually,
    events,
  };
};

test('a listener that is removed counts on, and its last values can be read for a while', async (t) => {
  const { engine, by, open, end, balance, both, one, staying, going, eventually } = await setUp(t);
  await engine.publish(both);
  await end(await open(going));
  const last = await open(going);
  await open(staying);
  const before = await by('l4balancer_backend_received_bytes_total', 'backend');
  await engine.publish(one);
  const others = { staying: { accepted: 1, open: 1, closed: 0 }, idle: { accepted: 0, open: 0, closed: 0 } };
  assert.deepEqual(await balance(), { ...others, going: { accepted: 2, open: 1, closed: 1 } });
  last.write('and more');
  await once(last, 'data');
  await end(last);
  const ended = { ...others, going: { accepted: 2, open: 0, closed: 2 } };
  await eventually('ended', async () => isDeepStrictEqual(await balance(), ended));
  const after = await by('l4balancer_backend_received_bytes_total', 'backend');
  assert.equal((after.going ?? 0) - (before.going ?? 0), 'and more'.length);
});

test('a listener that is removed goes by itself once its last connection is gone', async (t) => {
  const bench = await setUp(t, { countersKeptMs: GO_MS });
  const { engine, by, open, end, balance, both, one, staying, going, eventually } = bench;
  await engine.publish(both);
  await end(await open(going));
  const last = await open(going);
  await open(staying);
  await engine.publish(one);
  await eventually('gone is what had no connection', async () => (await balance()).idle === undefined);
  const rest = { staying: { accepted: 1, open: 1, closed: 0 } };
  assert.deepEqual(await balance(), { ...rest, going: { accepted: 2, open: 1, closed: 1 } });
  assert.deepEqual(await by('l4balancer_backend_open_connections', 'backend'), { staying: 1, going: 1 });
  assert.deepEqual(await by('l4balancer_endpoint_open_connections', 'backend'), { staying: 1, going: 1 });
  await end(last);
  // Nothing is edited.
  await eventually('gone', async () => (await balance()).going === undefined);
  await eventually('its backend is gone', async () => {
    const [backends, endpoints] = await Promise.all([
      by('l4balancer_backend_open_connections', 'backend'),
      by('l4balancer_endpoint_open_connections', 'backend'),
    ]);
    return backends.going === undefined && endpoints.going === undefined;
  });
  assert.deepEqual(await balance(), rest);
  const closed = await by('l4balancer_connections_closed_total', 'listener');
  assert.equal(closed[''], 2, 'what it closed is counted on, without its name');
});

for (const [what, keep] of [
  ['stays as long as the others', {}],
  ['goes with them', { countersKeptMs: GO_MS }],
] as const)
  test(`every series of a listener and of a backend, also of health checks, ${what}`, async (t) => {
    const { engine, metrics, open, end, both, one, going, eventually } = await setUp(t, keep);
    await engine.publish(both);
    await end(await open(going));
    for (const backend of ['staying', 'going']) {
      metrics.healthChecks.inc({ backend, result: 'ok' });
      metrics.healthTransitions.inc({ backend, to: 'Healthy', cause: 'Checks' });
    }
    /** Metrics with a series of that name. */
    const named = async (name: string): Promise<readonly string[]> =>
      parsePrometheus(await metrics.text())
        .filter(({ samples }) => [...samples.keys()].some((labels) => labels.includes(`"${name}"`)))
        .map((family) => family.name);
    const all = await named('going');
    await engine.publish(one);
    if (!('countersKeptMs' in keep)) {
      assert.deepEqual(await named('going'), all);
      return;
    }
    await eventually('gone', async () => (await named('going')).length === 0);
    assert.deepEqual(await named('staying'), all);
  });

test('endpoints keep their series while all of them are replaced, however many that are for a while', async (t) => {
  const { engine, by, one } = await setUp(t);
  const generation = (net: number, count: number): TableBackend =>
    tableBackend({
      name: 'rolling',
      endpoints: Array.from({ length: count }, (_, i) => ({
        address: `127.${net}.${i >> 8}.${i & 255}`,
        port: 8080,
        weight: 1,
      })),
    });
  const series = async () => {
    const labels = [...Object.keys(await by('l4balancer_endpoint_connections_total', 'endpoint'))];
    const net = (prefix: string) => labels.filter((label) => label.startsWith(prefix)).length;
    return { old: net('127.1.'), new: net('127.2.') };
  };
  const without = async () =>
    (await by('l4balancer_backend_endpoints_without_series', 'backend')).rolling as number;
  const publish = (net: number, count: number) =>
    engine.publish({ ...one, backends: [...one.backends, generation(net, count)] });
  await publish(1, 600);
  assert.deepEqual(await series(), { old: 600, new: 0 });
  assert.equal(await without(), 0);
  await publish(2, 600);
  assert.deepEqual(await series(), { old: 0, new: 600 });
  assert.equal(await without(), 600);
});

test('while a proxy drains, accepted is open and closed, for each that ends', async (t) => {
  const { engine, open, end, balance, both, staying, going, eventually } = await setUp(t);
  await engine.publish(both);
  const [first, second] = [await open(going), await open(staying)];
  await engine.stopAccepting();
  const opened = { accepted: 1, open: 1, closed: 0 };
  const ended = { accepted: 1, open: 0, closed: 1 };
  const idle = { accepted: 0, open: 0, closed: 0 };
  assert.deepEqual(await balance(), { staying: opened, going: opened, idle });
  await end(first);
  const one = { staying: opened, going: ended, idle };
  await eventually('one ended', async () => isDeepStrictEqual(await balance(), one));
  await end(second);
  const all = { staying: ended, going: ended, idle };
  await eventually('both ended', async () => isDeepStrictEqual(await balance(), all));
});

test('all listeners of a proxy that drains go with their last connections', async (t) => {
  const { engine, open, end, balance, both, going, eventually } = await setUp(t, { countersKeptMs: GO_MS });
  await engine.publish(both);
  const client = await open(going);
  await engine.stopAccepting();
  const left = { going: { accepted: 1, open: 1, closed: 0 } };
  await eventually('one is left', async () => isDeepStrictEqual(await balance(), left));
  await end(client);
  await eventually('all are gone', async () => Object.keys(await balance()).length === 0);
});

test('a removed listener whose acceptor dies has its connections counted as ended', async (t) => {
  const { engine, open, balance, both, deadly, going, fatal, eventually, events } = await setUp(t);
  await engine.publish(both);
  await open(going);
  await engine.publish(deadly);
  assert.deepEqual((await balance()).going, { accepted: 1, open: 1, closed: 0 });
  await howDialEnds(fatal);
  const ended = { accepted: 1, open: 0, closed: 1 };
  await eventually('ended', async () => isDeepStrictEqual((await balance()).going, ended));
  await eventually('replaced', () => events.includes('AcceptorReplaced'));
});

test('a removed listener whose acceptor dies goes, and what ended stays counted', async (t) => {
  const bench = await setUp(t, { countersKeptMs: GO_MS });
  const { engine, by, open, balance, both, deadly, going, fatal, eventually } = bench;
  await engine.publish(both);
  await open(going);
  await engine.publish(deadly);
  await howDialEnds(fatal);
  await eventually('gone', async () => (await balance()).going === undefined);
  assert.equal((await by('l4balancer_connections_closed_total', 'listener'))[''], 1);
});

test('counters of an endpoint and a backend that come back before they are forgotten go on', async (t) => {
  const { engine, by, open, end, both, one, going } = await setUp(t);
  await engine.publish(both);
  await end(await open(going));
  await engine.publish(one);
  await engine.publish(both);
  const connections = await by('l4balancer_endpoint_connections_total', 'backend');
  assert.equal(connections.going, 1);
});
