import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import type { EndpointStats } from '../../../proxy/engine/stats.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import { beyondBudget, MAX_ENDPOINTS } from '../../../proxy/metrics/series-budget.ts';
import { backendStats, endpointStats, engineStats, listenerStats } from '../stats.ts';
import { metricsFacts } from './facts.ts';
import { parsePrometheus } from './prometheus-text.ts';

const many = (backend: string, count: number, leaving = false) =>
  Array.from({ length: count }, (_, i) =>
    endpointStats({
      backend,
      address: `10.1.${i >> 8}.${i & 255}`,
      port: 8080,
      leaving,
      openConnections: 1,
    }),
  );

const beyond = (endpoints: readonly EndpointStats[], most: number) => {
  const { served, leaving } = beyondBudget(endpoints, most);
  return { served: [...served], leaving: [...leaving] };
};

test('as many of the largest backends as necessary get no series for their endpoints, each as a whole', () => {
  const endpoints = [...many('large', 6), ...many('small', 2), ...many('middle', 3)];
  const served = (most: number) => beyond(endpoints, most).served;
  assert.deepEqual(served(11), []);
  assert.deepEqual(served(10), ['large']);
  assert.deepEqual(served(4), ['middle', 'large']);
  assert.deepEqual(beyond(many('only', 5), 4).served, ['only']);
});

test('removed endpoints take no series away from served ones', () => {
  const endpoints = [
    ...many('large', 6),
    ...many('small', 2),
    ...many('large', 6, true),
    ...many('small', 2, true),
    ...many('gone', 3, true),
  ];
  assert.deepEqual(beyond(endpoints, 19), { served: [], leaving: [] });
  assert.deepEqual(beyond(endpoints, 18), { served: [], leaving: ['large'] });
  assert.deepEqual(beyond(endpoints, 10), { served: [], leaving: ['gone', 'large'] });
  assert.deepEqual(beyond(endpoints, 8), { served: [], leaving: ['small', 'gone', 'large'] });
  // Backends whose served endpoints have no series have none for removed ones either.
  assert.deepEqual(beyond(endpoints, 7), { served: ['large'], leaving: ['large'] });
});

/**
 * How often a scrape may read each endpoint: more often than there are metrics, far less often than there are
 * endpoints.
 */
const MAX_READS = 64;

/** A list that counts how often its entries are read. */
const counted = <T>(list: readonly T[]) => {
  let entryReads = 0;
  const counting = new Proxy(list, {
    get(target, key, receiver) {
      if (typeof key === 'string' && /^\d+$/.test(key)) entryReads++;
      return Reflect.get(target, key, receiver);
    },
  });
  return { counting, entryReads: () => entryReads };
};

/** A page with this many endpoints in each of 64 backends, and 64 listeners. */
const pageOf = async (each: number): Promise<string> => {
  const names = Array.from({ length: 64 }, (_, i) => `backend-${i}`);
  const endpoints = names.flatMap((name) => many(name, each));
  const { counting, entryReads } = counted(endpoints);
  const closes = CLOSES.map((close) => ({ ...close, total: 123_456 }));
  let reads = 0;
  const page = await createMetrics(
    '0',
    metricsFacts({
      stats: () => {
        reads++;
        return engineStats({
          listeners: names.map((name, i) =>
            listenerStats({ name: `listener-${i}`, port: 1000 + i, backend: name, closes }),
          ),
          backends: names.map((name) => backendStats({ name, openConnections: each })),
          endpoints: counting,
          pastCloses: closes,
        });
      },
      health: () =>
        endpoints.map(({ backend, address }) => ({ backend, endpoint: `${address}:8080`, healthy: true })),
      sourcePortsLeft: () => 28_000,
    }),
  ).text();
  assert.equal(reads, 1, 'the counters of the engine are read once');
  assert.ok(
    entryReads() < MAX_READS * endpoints.length,
    `${entryReads()} reads of ${endpoints.length} endpoints`,
  );
  return page;
};

test('the size of a scrape is bounded for 64 listeners and 64 backends with 64 or with 1,024 endpoints each', async (t) => {
  const [usual, huge] = [await pageOf(64), await pageOf(1024)];
  for (const page of [usual, huge]) {
    const lines = page.split('\n').length;
    t.diagnostic(`${lines} lines, ${page.length} bytes`);
    // The cost is proportional to the number of lines: each is formatted and sent once.
    assert.ok(lines < 20_000, `${lines} lines`);
    assert.ok(page.length < 2_000_000, `${page.length} bytes`);
  }
});

test('endpoints without series of their own are counted, and their backend has the sums', async () => {
  const families = parsePrometheus(await pageOf(64));
  const samples = (name: string) => families.find((family) => family.name === name)?.samples ?? new Map();
  assert.equal(samples('l4balancer_endpoint_open_connections').size, MAX_ENDPOINTS);
  assert.equal(samples('l4balancer_endpoint_healthy').size, MAX_ENDPOINTS);
  const without = [...samples('l4balancer_backend_endpoints_without_series').values()];
  assert.equal(
    without.reduce((sum, count) => sum + count, 0),
    64 * 64 - MAX_ENDPOINTS,
  );
  const [hidden] =
    [...samples('l4balancer_backend_endpoints_without_series')].find(([, count]) => count > 0) ?? [];
  const backend = /backend="(.*?)"/.exec(hidden ?? '')?.[1];
  assert.equal(
    samples('l4balancer_backend_open_connections').get(
      `l4balancer_backend_open_connections{backend="${backend}"}`,
    ),
    64,
  );
  assert.equal(
    samples('l4balancer_backend_endpoints').get(
      `l4balancer_backend_endpoints{backend="${backend}",healthy="true"}`,
    ),
    64,
  );
  assert.equal(
    samples('l4balancer_backend_source_ports_left').get(
      `l4balancer_backend_source_ports_left{backend="${backend}"}`,
    ),
    28_000,
  );
});
