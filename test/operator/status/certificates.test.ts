import assert from 'node:assert/strict';
import { test } from 'node:test';
import { status as schema } from '../../../crds/status.ts';
import { certificatesOf, nextDayMs } from '../../../operator/status/certificates.ts';
import type { ReportedCertificate } from '../../../operator/status/reading.ts';
import { statusOf } from '../../../operator/status/status.ts';
import { failedReading, NOW, notPolled, observed, REPORT, reading } from './fixtures.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse(NOW);
const after = (ms: number): string => new Date(NOW_MS + ms).toISOString().replace(/\.\d+/, '');

const reported = (more: Partial<ReportedCertificate> = {}): ReportedCertificate => ({
  name: 'web-tls',
  names: ['web.example'],
  notAfter: after(20 * DAY_MS),
  usedBy: ['https'],
  ...more,
});
const MISSING = { name: 'web-tls', names: [], usedBy: ['https'], problem: 'It is missing.' };

test('a certificate is shown as the replica has it on which it expires first, whatever their order', () => {
  const readings = [
    reading('a', { certificates: [reported({ notAfter: after(80 * DAY_MS) }), reported({ name: 'b' })] }),
    reading('b', { certificates: [reported({ names: ['old.example'], usedBy: ['mail', 'https'] })] }),
    failedReading('c', { last: { ...REPORT, certificates: [reported({ problem: 'It is empty.' })] } }),
    notPolled('d'),
  ];
  const expected = [
    { secret: 'b', names: ['web.example'], notAfter: after(20 * DAY_MS), daysLeft: 20, usedBy: ['https'] },
    {
      secret: 'web-tls',
      names: ['old.example'],
      notAfter: after(20 * DAY_MS),
      daysLeft: 20,
      usedBy: ['https', 'mail'],
      problem: 'It is empty.',
    },
  ];
  assert.deepEqual(certificatesOf(readings, NOW_MS), expected);
  assert.deepEqual(certificatesOf([...readings].reverse(), NOW_MS), expected);
});

test('a certificate that endpoints are shown has the backends of all replicas', () => {
  const readings = ['pg', 'db'].map((backend) =>
    reading(backend, { certificates: [reported({ usedBy: [], usedByBackends: [backend] })] }),
  );
  const [row] = certificatesOf(readings, NOW_MS);
  assert.deepEqual([row?.usedBy, row?.usedByBackends], [[], ['db', 'pg']]);
});

test('a certificate that one replica has never been able to read is shown as such', () => {
  const readings = [reading('a', { certificates: [reported()] }), reading('b', { certificates: [MISSING] })];
  const { name: secret, ...rest } = MISSING;
  assert.deepEqual(certificatesOf(readings, NOW_MS), [{ secret, ...rest }]);
});

test('an end that is no time, as only something other than a proxy reports, is left out', () => {
  const [row] = certificatesOf([reading('a', { certificates: [reported({ notAfter: 'soon' })] })], NOW_MS);
  assert.deepEqual([row?.notAfter, row?.daysLeft], [undefined, undefined]);
});

const DAYS: readonly (readonly [number, number])[] = [
  [400 * DAY_MS, 399],
  [42 * DAY_MS, 42],
  [35 * DAY_MS, 35],
  [35 * DAY_MS - 1000, 30],
  [31 * DAY_MS, 30],
  [30 * DAY_MS, 30],
  [30 * DAY_MS - 1000, 29],
  [DAY_MS - 1000, 0],
  [0, 0],
  [-1000, -1],
  [-40 * DAY_MS, -1],
];

test('the days left are exact within 30 days, and whole weeks before', () => {
  for (const [ms, days] of DAYS) {
    const [row] = certificatesOf(
      [reading('a', { certificates: [reported({ notAfter: after(ms) })] })],
      NOW_MS,
    );
    assert.equal(row?.daysLeft, days, `${ms / DAY_MS} days`);
  }
});

test('the status changes at the moments that are announced, and only then', () => {
  const notAfter = after(400.5 * DAY_MS);
  const rowsAt = (nowMs: number) =>
    JSON.stringify(certificatesOf([reading('a', { certificates: [reported({ notAfter })] })], nowMs));
  let nowMs = NOW_MS;
  let changes = 0;
  for (let ms = nextDayMs([{ notAfter }], nowMs); ms !== undefined; ms = nextDayMs([{ notAfter }], nowMs)) {
    const before = rowsAt(nowMs);
    assert.equal(rowsAt(nowMs + ms - 1), before);
    nowMs += ms;
    assert.notEqual(rowsAt(nowMs), before);
    changes++;
  }
  // Weeks from 399 to 35, then days from 30 to 0, and the end.
  assert.equal(changes, 53 + 31);
  assert.ok(nowMs > Date.parse(notAfter));
  assert.equal(nextDayMs([{ notAfter }, {}], nowMs), undefined);
});

test('the status has certificates if a proxy reports any, and fits the definition', () => {
  const many = Array.from({ length: 200 }, (_, i) => ({
    ...reported({ name: `s${i}`, problem: 'x'.repeat(1024) }),
    names: Array.from({ length: 16 }, (_unused, j) => `h${j}.example`),
  }));
  const status = statusOf(observed({ readings: [reading('a', { certificates: many })] }), [], NOW);
  assert.equal(status.certificates?.length, 128);
  assert.deepEqual(schema.strict().safeParse(status).error?.issues ?? [], []);
  assert.equal('certificates' in statusOf(observed({ readings: [reading('a')] }), [], NOW), false);
});

test('an operator that has just started keeps the certificates that are in the status', () => {
  const { conditions, ...before } = statusOf(
    observed({ readings: [reading('a', { certificates: [reported()] })] }),
    [],
    NOW,
  );
  const status = statusOf(observed({ readings: [notPolled('a')], before }), conditions ?? [], NOW);
  assert.deepEqual(status.certificates, before.certificates);
});
