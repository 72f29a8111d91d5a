import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { Algorithm } from '../../../proxy/configuration/backend-policy.ts';
import type { StartEngine } from '../../../proxy/engine/kind.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import type { TableBackend } from '../../../proxy/table/table.ts';
import { freePorts } from '../../../tooling/process/free-ports.ts';
import { until } from '../../../tooling/wait/until.ts';
import { metricsFacts } from '../metrics/facts.ts';
import { parsePrometheus } from '../metrics/prometheus-text.ts';
import { dialClient } from '../relay/client.ts';
import { echo, startEndpoint } from '../relay/endpoint-server.ts';
import { type BackendChange, tableBackend, tableListener, tableOf } from '../tables.ts';

/**
 * How long counters are kept in tests that wait for them to disappear; such tests check nothing that is only
 * visible until then.
 */
export const GO_MS = 50;

/**
 * Two listeners with a backend each, the metrics page, and clients that were answered. Counters are kept for
 * two minutes by default.
 */
export const countersBench = async (
  t: TestContext,
  start: StartEngine,
  keep: { readonly countersKeptMs?: number } = {},
) => {
  const endpoint = await startEndpoint(echo);
  const [staying, going, fatal] = (await freePorts(3)) as [number, number, number];
  const events: string[] = [];
  const engine = await start({
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
  const metrics = createMetrics(
    '1.2.3',
    metricsFacts({
      stats: () => engine.stats(),
    }),
  );
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
    client.on('error', () => undefined); // some tests reset it
    clients.push(client);
    client.write('hello');
    await once(client, 'data');
    return client;
  };
  const end = async (client: Socket): Promise<void> => {
    client.end().resume();
    await once(client, 'close');
  };
  /** By listener of the metrics page: the connections accepted, open and closed. */
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
  /** The staying listener, and one whose backend has this algorithm. */
  const withAlgorithm = (algorithm: Algorithm) =>
    tableOf(
      [listener('staying', staying), listener('fatal', fatal)],
      [backendOf('staying'), backendOf('fatal', { algorithm })],
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
    withAlgorithm,
    staying,
    going,
    fatal,
    eventually,
    events,
  };
};
