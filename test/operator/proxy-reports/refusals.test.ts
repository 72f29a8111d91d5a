import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharesPollMs } from '../../../operator/proxy-reports/poll-interval.ts';
import { essence, withRefusals } from '../../../operator/proxy-reports/refusals.ts';
import type { Report, ReportedShare } from '../../../operator/status/reading.ts';
import { REPORT } from '../status/fixtures.ts';

const report = (more: Partial<ReportedShare>): Report => ({
  ...REPORT,
  shares: [
    {
      ...{ listener: 'web', limit: 'connections', amount: 10, version: 3, held: 5, used: 5 },
      ...{ refused: 0, admittedTotal: 50, refusedTotal: 7, ...more },
    },
  ],
});

test('refusals count from one report to the next, and begin anew with a process or a listener that is new', () => {
  const refused = (now: Partial<ReportedShare>, before: Report | undefined) =>
    withRefusals(report(now), before).shares[0]?.refused;
  assert.equal(refused({ refusedTotal: 9 }, report({})), 2);
  assert.equal(refused({ refusedTotal: 9 }, undefined), 0);
  assert.equal(refused({ refusedTotal: 2 }, report({})), 0, 'the process was restarted');
  assert.equal(refused({ refusedTotal: 9, listener: 'new' }, report({})), 0);
});

test('what is used of a rate, and what is refused, is known from the second report of a process on', () => {
  const at = (uptimeMs: number, admittedTotal: number, refusedTotal: number): Report => ({
    ...report({ limit: 'connectionRate', used: undefined, held: 0, admittedTotal, refusedTotal }),
    uptimeMs,
  });
  const between = (before: Report | undefined, now: Report) => {
    const { used, refused } = withRefusals(now, before).shares[0] ?? assert.fail('no share');
    return [used, refused];
  };
  assert.deepEqual(between(undefined, at(1_000, 50, 7)), [undefined, 0]);
  assert.deepEqual(between(at(1_000, 50, 7), at(3_000, 55, 8)), [2_500, 500], 'in thousandths per second');
  assert.deepEqual(between(at(9_000, 50, 7), at(500, 9, 9)), [undefined, 0], 'the process was restarted');
  assert.deepEqual(
    between(at(2_000, 50, 0), at(4_000, 20, 0)),
    [undefined, 0],
    'it was restarted, and has been up for longer since than when it was asked before',
  );
  assert.deepEqual(between(at(2_000, 50, 7), at(4_000, 20, 9)), [undefined, 0]);
});

test('connections that come and go are worth telling only where a share is too small', () => {
  const isTold = (before: Partial<ReportedShare>, now: Partial<ReportedShare>) =>
    JSON.stringify(essence(report(before))) !== JSON.stringify(essence(report(now)));
  assert.equal(isTold({}, { refusedTotal: 8, admittedTotal: 60 }), false);
  assert.equal(isTold({ amount: 100, held: 51, used: 51 }, { amount: 100, held: 55, used: 55 }), false);
  assert.equal(isTold({ used: 5 }, { used: 8 }), true, 'a good part of its share');
  assert.equal(isTold({ used: 10 }, { used: 12 }), true);
  assert.equal(isTold({ version: 3 }, { version: 4 }), true);
  assert.equal(isTold({ refused: 2 }, { refused: 3 }), true);
});

test('proxies are polled each second while a share is too small, or lower than what is open', () => {
  const calm = sharesPollMs(report({}));
  for (const more of [{ used: 10 }, { used: 12 }, { refused: 1 }, { version: 0 }])
    assert.ok(sharesPollMs(report(more)) < calm);
  assert.equal(sharesPollMs(REPORT), Number.POSITIVE_INFINITY);
});
