import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINES } from './lines/all.ts';
import { renderMarkdown } from './report/markdown.ts';
import type { Results } from './report/results.ts';

const sample = (
  peer: 'relay' | 'plain relay' | 'nginx stream' | 'no balancer',
  values: Record<string, number>,
) => ({
  peer,
  rotation: 0,
  values,
  others: 0,
});

const RESULTS: Results = {
  machine: { kernel: 'Linux', processor: 'x', cores: 2, memoryGiB: 1, node: '26', fileLimit: 9, load: 0 },
  seconds: 3,
  threads: 2,
  tools: {},
  peers: (['relay', 'plain relay', 'HAProxy', 'nginx stream', 'no balancer'] as const).map((name) => ({
    ...{ name, version: '1', configuration: '' },
  })),
  leftOut: [],
  lines: [
    {
      ...{ line: 'udp-bytes-gso', setting: 'namespaces, guide sysctls', how: '', sysctls: {} },
      samples: [
        sample('relay', { 'bytes/s': 2, 'arrived of sent': 1 }),
        sample('relay', { 'bytes/s': 4 }),
        sample('nginx stream', { 'bytes/s': 1.5 }),
        sample('no balancer', { 'bytes/s': 9 }),
      ],
    },
    {
      ...{ line: 'policies-keep-alive', setting: 'loopback', how: '', sysctls: {} },
      samples: [sample('relay', { 'requests/s': 96 }), sample('plain relay', { 'requests/s': 100 })],
    },
  ],
};

test('compared figures become one table for each set of peers, with ranges and what is needed', () => {
  assert.deepEqual(renderMarkdown(RESULTS, LINES).split('\n'), [
    '| line | where | n | figure | relay | nginx stream | ratio |',
    '|---|---|---|---|---|---|---|',
    '| udp-bytes-gso | ns, guide | 1 | bytes/s (GB/s) | 3.00 (2.00–4.00) | 1.50 | 2.00 short (≥ 3.00) |',
    '',
    '| line | where | n | figure | relay | plain relay | ratio |',
    '|---|---|---|---|---|---|---|',
    '| policies-keep-alive | loopback | 1 | requests/s | 96.0 | 100 | 0.96 (≥ 0.95) |',
    '',
  ]);
});
