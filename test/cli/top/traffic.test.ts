import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Scrape } from '../../../cli/cluster/metrics.ts';
import { sampleOf } from '../../../cli/cluster/samples.ts';
import { styleOf } from '../../../cli/print/style.ts';
import { sourcesOf } from '../../../cli/top/sources.ts';
import { sourceLines, trafficLines } from '../../../cli/top/tables.ts';
import { trafficOf } from '../../../cli/top/traffic.ts';
import { reading } from '../known.ts';

const scrape = (pod: string, atMs: number, ...lines: readonly string[]): Scrape => ({
  pod,
  atMs,
  samples: lines.map((line) => sampleOf(`l4balancer_${line}`) ?? assert.fail(line)),
});

const endpoint = (address: string, open: number, total: number, received: number, sent: number) =>
  [
    ['open_connections', open],
    ['connections_total', total],
    ['received_bytes_total', received],
    ['sent_bytes_total', sent],
  ].map(([metric, value]) => `endpoint_${metric}{backend="web",endpoint="${address}"} ${value}`);

test('rates and open connections are sums over the replicas, and the busiest comes first', () => {
  const before = [
    scrape('p', 0, ...endpoint('a:80', 1, 10, 0, 0), ...endpoint('b:80', 0, 0, 0, 0)),
    scrape('q', 500, ...endpoint('a:80', 0, 0, 0, 0), ...endpoint('b:80', 0, 0, 0, 0)),
  ];
  const now = [
    scrape('p', 2000, ...endpoint('a:80', 2, 14, 1000, 0), ...endpoint('b:80', 5, 20, 9000, 1000)),
    scrape('q', 2500, ...endpoint('a:80', 3, 2, 0, 0), ...endpoint('b:80', 0, 0, 0, 0)),
  ];
  const [first, second] = trafficOf('endpoint', before, now);
  assert.deepEqual(first, {
    name: 'web b:80',
    open: 5,
    newPerSecond: 10,
    inPerSecond: 4500,
    outPerSecond: 500,
    total: 20,
  });
  assert.deepEqual([second?.name, second?.open, second?.newPerSecond], ['web a:80', 5, 3]);
});

test('a proxy that has begun anew makes no rate negative, and one that was read once has none', () => {
  const [one] = trafficOf(
    'endpoint',
    [scrape('p', 0, ...endpoint('a:80', 0, 500, 0, 0))],
    [scrape('p', 1000, ...endpoint('a:80', 0, 5, 0, 0))],
  );
  assert.equal(one?.newPerSecond, 0);
  const [once] = trafficOf('endpoint', [], [scrape('p', 0, ...endpoint('a:80', 0, 5, 0, 0))]);
  assert.equal(once?.newPerSecond, undefined);
});

test('ends are counted by listener and reason, over all phases, and those that never happened are left out', () => {
  const closed = (reason: string, phase: string, value: number) =>
    `connections_closed_total{listener="web",reason="${reason}",ended_by="Client",phase="${phase}"} ${value}`;
  const rows = trafficOf(
    'reason',
    [scrape('p', 0, closed('ConnectFailed', 'A', 1))],
    [
      scrape(
        'p',
        1000,
        closed('ConnectFailed', 'A', 4),
        closed('ConnectFailed', 'B', 2),
        closed('Drained', 'A', 0),
      ),
    ],
  );
  assert.deepEqual(
    rows.map(({ name, newPerSecond, total }) => [name, newPerSecond, total]),
    [['web ConnectFailed', 5, 6]],
  );
  const lines = trafficLines('reason', rows, { width: 80, style: styleOf(false), all: false });
  assert.deepEqual(lines, ['LISTENER, REASON    ENDED/S   TOTAL', 'web ConnectFailed       5.0       6']);
});

test('sources are joined over the replicas, those that are refused first', () => {
  const load = (source: string, open: number, refused: number) => ({
    source,
    open,
    unfinished: 0,
    connections: open,
    refused,
    bytes: 2048,
  });
  const report = (...topSources: readonly object[]) =>
    reading([], {
      listeners: [{ name: 'web', port: 80, backend: 'web', limits: { limiting: false, topSources } }],
    });
  const rows = sourcesOf(
    new Map([
      ['p', report(load('10.0.0.1', 5, 0), load('10.0.0.2', 1, 3))],
      ['q', report(load('10.0.0.1', 2, 0))],
    ]),
  );
  assert.deepEqual(
    rows.map(({ source, open, refused, bytes }) => [source, open, refused, bytes]),
    [
      ['10.0.0.2', 1, 3, 2048],
      ['10.0.0.1', 7, 0, 4096],
    ],
  );
  assert.match(sourceLines([], { width: 80, style: styleOf(false) })[0] ?? '', /No listener follows/);
});
