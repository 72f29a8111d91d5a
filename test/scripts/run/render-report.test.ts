import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReport } from '../../../scripts/run/render-report.ts';
import type { Report } from '../../../scripts/run/report.ts';

const report: Report = {
  mode: 'cluster',
  resource: 'NAME   READY\nedge   True\n',
  http: {
    done: 19_999,
    failed: 1,
    durationMs: 2100,
    p50Ms: 0.91,
    p99Ms: 12.4,
    endpoints: [
      { name: 'web-a', requests: 13_333 },
      { name: 'web-b', requests: 6666 },
    ],
    failures: [{ reason: 'ECONNRESET', count: 1 }],
  },
  redis: { done: 20_000, failed: 0, durationMs: 500, p50Ms: 1, p99Ms: 2, endpoints: [], failures: [] },
  notes: [],
  tuning: [
    {
      name: 'net.core.somaxconn',
      asked: '65535',
      effective: '4096',
      ok: false,
      hint: 'Allow it in the kubelet.',
    },
    { name: 'acceptors', asked: '2', effective: '2', ok: true },
    { name: 'cpu.max', effective: '2', ok: true },
  ],
  next: [{ command: 'make down', means: 'removes all of it' }],
};

test('the report lists requests by endpoint, failures, tuning with hints, and next steps', () => {
  assert.equal(
    renderReport(report),
    `
NAME   READY
edge   True

HTTP: 19,999 requests in 2.1 s (9,523/s), 1 failed, p50 0.91 ms, p99 12.4 ms
  web-a   13,333  ████████████████████████
  web-b    6,666  ████████████
  failed: ECONNRESET (1)

Redis: 20,000 SETs and GETs in 0.5 s (40,000/s), 0 failed, p50 1.00 ms, p99 2.00 ms

TUNING              ASKED  IN EFFECT
net.core.somaxconn  65535  4096       differs
    Allow it in the kubelet.
acceptors           2      2          ok
cpu.max             -      2

Next:
  make down  removes all of it
`,
  );
});

test('the report says which part of the sample is missing', () => {
  const { redis: _, ...rest } = report;
  const text = renderReport({ ...rest, notes: ['Redis is omitted: redis-server is not installed.'] });
  assert.match(text, /Redis is omitted/);
  assert.doesNotMatch(text, /SETs/);
});
