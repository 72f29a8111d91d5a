import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlowGraph, flowGraph } from '../../../page/words/flow-graph.ts';
import { liveReport } from '../live-reports.ts';

const amounts = ({ links }: FlowGraph) =>
  links.map(({ source, target, amount }) => `${source} → ${target}: ${amount}`);

const busy = (backend: string, address: string, bytes: number) => ({
  backend,
  address,
  port: 1,
  bytes,
  rate: 0,
  open: 0,
});

test('ways are as wide as the traffic of the listener and of each endpoint', () => {
  const report = liveReport({
    listeners: [{ name: 'http', live: { received: 10, sent: 90 } }],
    backends: [{ name: 'web', received: 10, sent: 90, endpoints: 3 }],
    busiest: [busy('web', '192.0.2.2', 20), busy('web', '192.0.2.1', 70)],
  });
  const graph = flowGraph(report, 'bytes', true);
  assert.deepEqual(amounts(graph), [
    'listener http → backend web: 100',
    'backend web → endpoint web 192.0.2.1:1: 70',
    'backend web → endpoint web 192.0.2.2:1: 20',
    'backend web → rest web: 10',
  ]);
  assert.deepEqual(
    graph.nodes.map(({ label }) => label),
    ['http :80', 'web', '192.0.2.1:1', '192.0.2.2:1', '1 more of web'],
  );
  assert.deepEqual(amounts(flowGraph(report, 'bytes', false)), ['listener http → backend web: 100']);
});

test('a listener with several backends is split up in the ratio of theirs', () => {
  const report = liveReport({
    listeners: [{ name: 'tls', routedTo: ['a', 'b'], backend: 'web', live: { connections: 40 } }],
    backends: [
      { name: 'web', connections: 0 },
      { name: 'a', connections: 30 },
      { name: 'b', connections: 10 },
    ],
  });
  assert.deepEqual(amounts(flowGraph(report, 'connections', true)), [
    'listener tls → backend web: 0',
    'listener tls → backend a: 30',
    'listener tls → backend b: 10',
  ]);
});

test('without traffic every way is drawn all the same, with an amount of 0', () => {
  const report = liveReport({ listeners: [{ name: 'http' }], backends: [{ name: 'web', endpoints: 2 }] });
  const { links } = flowGraph(report, 'open', true);
  assert.deepEqual(
    links.map(({ value, amount }) => [value, amount]),
    [
      [1, 0],
      [1, 0],
    ],
  );
});

test('of many listeners, backends and endpoints the largest are drawn, and the rest as one', () => {
  const names = Array.from({ length: 64 }, (_, index) => `b${index}`);
  const report = liveReport({
    listeners: names.map((name, index) => ({
      name: `l-${name}`,
      backend: name,
      open: index,
    })),
    backends: names.map((name, index) => ({ name, open: index, endpoints: 64 })),
    busiest: names.slice(0, 40).map((name) => busy(name, '192.0.2.1', 1)),
  });
  const { nodes, links } = flowGraph(report, 'open', true);
  assert.ok(nodes.length < 60, `${nodes.length}`);
  const ids = new Set(nodes.map(({ id }) => id));
  for (const { source, target } of links)
    assert.ok(ids.has(source) && ids.has(target), `${source} ${target}`);
  assert.ok(nodes.some(({ label }) => label === '51 other listeners'));
  const all = links.reduce(
    (sum, { source, amount }) => sum + (source.startsWith('listener') ? amount : 0),
    0,
  );
  assert.equal(all, (63 * 64) / 2, 'nothing is lost');
});

test('an endpoint that is out of service is drawn, and marked', () => {
  const report = liveReport({
    listeners: [{ name: 'http' }],
    backends: [{ name: 'web', endpoints: 1 }],
    out: [
      {
        backend: 'web',
        address: '192.0.2.9',
        port: 1,
        weight: 1,
        health: 'Unhealthy',
        share: 1,
        used: false,
        open: 0,
        connections: 0,
        failures: 0,
        rate: 0,
        bytes: 0,
      },
    ],
  });
  assert.deepEqual(flowGraph(report, 'bytes', true).nodes.at(-1), {
    id: 'endpoint web 192.0.2.9:1',
    kind: 'endpoint',
    label: '192.0.2.9:1',
    isOut: true,
    amount: 0,
  });
});
