import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportedCertificates } from '../../../proxy/admin/certificates.ts';
import type { KnownCertificate } from '../../../proxy/configuration/snapshot.ts';
import { createMetrics } from '../../../proxy/metrics/metrics.ts';
import { metricsFacts } from '../metrics/facts.ts';
import { parsePrometheus } from '../metrics/prometheus-text.ts';
import { engineStats } from '../stats.ts';

const GOOD: KnownCertificate = {
  name: 'web-tls',
  hosts: ['web.example', '*.web.example'],
  notBeforeMs: Date.parse('2026-10-01T00:00:00Z'),
  notAfterMs: Date.parse('2026-12-31T23:59:59Z'),
  usedBy: ['https', 'admin'],
};
const NEVER: KnownCertificate = {
  name: 'gone',
  hosts: [],
  usedBy: ['https'],
  problem: 'Secret "gone" does not exist.',
};

test('a certificate is reported with its names, its end and the listeners that use it', () => {
  assert.deepEqual(reportedCertificates([GOOD, NEVER]), [
    {
      name: 'web-tls',
      names: ['web.example', '*.web.example'],
      notAfter: '2026-12-31T23:59:59Z',
      warnedFrom: '2026-12-17T23:59:59Z',
      usedBy: ['https', 'admin'],
    },
    { name: 'gone', names: [], usedBy: ['https'], problem: 'Secret "gone" does not exist.' },
  ]);
});

test('a certificate for a week is to be renewed by the last quarter of it, when its finding begins', () => {
  const [notBeforeMs, notAfterMs] = [Date.parse('2026-12-01T00:00:00Z'), Date.parse('2026-12-08T00:00:00Z')];
  const [reported] = reportedCertificates([{ ...GOOD, notBeforeMs, notAfterMs }]);
  assert.equal(reported?.warnedFrom, '2026-12-06T06:00:00Z');
});

test('of a certificate that endpoints are shown, the backends are reported', () => {
  const [reported] = reportedCertificates([{ ...GOOD, usedBy: [], usedByBackends: ['pg'] }]);
  assert.deepEqual([reported?.usedBy, reported?.usedByBackends], [[], ['pg']]);
});

test('of a certificate with many names, the first are reported', () => {
  const hosts = Array.from({ length: 100 }, (_, i) => `h${i}.example`);
  const [reported] = reportedCertificates([{ ...GOOD, hosts }]);
  assert.deepEqual(reported?.names, hosts.slice(0, 16));
});

test('each certificate has a metric of its beginning and its end, and one of whether it can be used', async () => {
  const page = await createMetrics(
    '0',
    metricsFacts({
      stats: () => engineStats({}),
      certificates: () => [GOOD, NEVER],
    }),
  ).text();
  const families = parsePrometheus(page).filter(({ name }) => name.includes('certificate'));
  assert.deepEqual(Object.fromEntries(families.flatMap(({ samples }) => [...samples])), {
    'l4balancer_certificate_expiry_timestamp_seconds{name="web-tls"}': 1_798_761_599,
    'l4balancer_certificate_not_before_timestamp_seconds{name="web-tls"}': 1_790_812_800,
    'l4balancer_certificate_unusable{name="web-tls"}': 0,
    'l4balancer_certificate_unusable{name="gone"}': 1,
  });
});
