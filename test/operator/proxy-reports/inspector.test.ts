import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspector, type Target } from '../../../operator/proxy-reports/inspector.ts';
import { ReportError } from '../../../operator/proxy-reports/read-report.ts';
import type { Report } from '../../../operator/status/reading.ts';
import { ManualClock, settled } from '../manual-clock.ts';
import { REPORT } from '../status/fixtures.ts';

const target = (name: string, more: Partial<Target> = {}): Target => ({
  pod: name,
  uid: `uid-${name}`,
  node: 'n1',
  ip: `ip-${name}`,
  port: 9901,
  isReady: true,
  generation: 7,
  mark: '',
  ...more,
});
const WELL: Report = { ...REPORT, knobs: [{ name: 'a', effective: '1', ok: true }] };
const OTHER: Report = { ...REPORT, knobs: [{ name: 'a', effective: '2', ok: true }] };
const EMPTY: Report = { ...REPORT, backends: [{ name: 'web', endpoints: 0, ready: 0 }] };
const READ = { kind: 'Read', pod: 'a', node: 'n1', isReady: true } as const;

/** An inspector with scripted proxies: one that `answers` does not contain does not respond. */
const scriptedInspector = () => {
  const clock = new ManualClock();
  const answers = new Map<string, Report>();
  const polled: string[] = [];
  const changed: string[] = [];
  const inspector = createInspector({
    clock,
    random: () => 0.5,
    onChange: (key) => changed.push(key),
    read: async (ip) => {
      polled.push(ip);
      const answer = answers.get(ip);
      if (answer === undefined) throw new ReportError(ip, 'nothing listens there.');
      return answer;
    },
  });
  return { clock, answers, polled, changed, inspector };
};

test('a pod is polled soon and again within a minute, and an unchanged reading is not reported', async () => {
  const { clock, answers, polled, changed, inspector } = scriptedInspector();
  answers.set('ip-a', WELL);
  inspector.follow('shop/edge', [target('a')]);
  await settled();
  assert.deepEqual(inspector.readings('shop/edge'), [{ ...READ, kind: 'NotPolled' }]);
  await clock.pass(500);
  assert.deepEqual(inspector.readings('shop/edge'), [{ ...READ, ...WELL }]);
  assert.deepEqual([polled.length, changed], [1, ['shop/edge']]);
  await clock.pass(60_000);
  assert.deepEqual([polled.length, changed.length], [2, 1]);
  answers.set('ip-a', OTHER);
  await clock.pass(60_000);
  assert.deepEqual([polled.length, changed.length], [3, 2]);
});

test('a pod is polled every ten seconds for ten minutes while something is wrong', async () => {
  const { clock, answers, polled, changed, inspector } = scriptedInspector();
  answers.set('ip-a', EMPTY);
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  assert.ok(polled.length >= 7, `polled ${polled.length} times in a minute`);
  answers.set('ip-a', WELL);
  await clock.pass(10_000);
  assert.equal(changed.length, 2);
  const before = polled.length;
  for (let seconds = 0; seconds < 35; seconds++) await clock.pass(1_000);
  assert.equal(polled.length, before, 'it has recovered');

  answers.set('ip-a', EMPTY);
  for (let minutes = 0; minutes < 15; minutes++)
    for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  const late = polled.length;
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  assert.ok(polled.length - late <= 2, `polled ${polled.length - late} times in the sixteenth minute`);
});

test('following the same pods again causes no poll, but a new mark does, and the old reading counts until then', async () => {
  const { clock, answers, polled, inspector } = scriptedInspector();
  answers.set('ip-a', WELL);
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  assert.equal(polled.length, 1);
  inspector.follow('k', [target('a', { mark: 'another' })]);
  assert.deepEqual(inspector.readings('k'), [{ ...READ, ...WELL }]);
  await clock.pass(500);
  assert.equal(polled.length, 2);
});

test('a pod that does not respond is polled at growing intervals, and reported only at the third failure', async () => {
  const { clock, polled, changed, inspector } = scriptedInspector();
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  await clock.pass(2_000);
  assert.deepEqual([polled.length, changed.length], [2, 0]);
  await clock.pass(4_000);
  assert.deepEqual(inspector.readings('k'), [
    { ...READ, kind: 'Failed', why: 'nothing listens there.', last: undefined },
  ]);
  for (let more = 0; more < 5; more++) await clock.pass(180_000);
  assert.equal(changed.length, 1);
});

test('the last report of a pod is kept when it stops responding', async () => {
  const { clock, answers, inspector } = scriptedInspector();
  answers.set('ip-a', EMPTY);
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  answers.clear();
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  assert.deepEqual(inspector.readings('k'), [
    { ...READ, kind: 'Failed', why: 'nothing listens there.', last: EMPTY },
  ]);
});

test('a pod that is not ready contributes its reports, but not that it is unreachable', async () => {
  const { clock, answers, inspector } = scriptedInspector();
  inspector.follow('k', [target('a', { isReady: false })]);
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  assert.deepEqual(inspector.readings('k'), []);
  answers.set('ip-a', WELL);
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  assert.deepEqual(inspector.readings('k'), [{ ...READ, ...WELL, isReady: false }]);
});

test('pods that are gone are neither polled nor reported, and leave no timer behind', async () => {
  const { clock, answers, polled, inspector } = scriptedInspector();
  for (const name of ['a', 'b']) answers.set(`ip-${name}`, WELL);
  inspector.follow('k', [target('a'), target('b')]);
  await clock.pass(500);
  inspector.follow('k', [target('b')]);
  assert.deepEqual(
    inspector.readings('k').map(({ pod }) => pod),
    ['b'],
  );
  inspector.follow('k', []);
  inspector.follow('other', [target('a')]);
  inspector.stop();
  await settled();
  assert.equal(clock.sleeping, 0);
  await clock.pass(500);
  assert.equal(polled.length, 2);
});

test('at most thirty-two pods are polled concurrently', async () => {
  const clock = new ManualClock();
  const open: (() => void)[] = [];
  let most = 0;
  const inspector = createInspector({
    clock,
    random: () => 0,
    onChange: () => {},
    read: () =>
      new Promise((resolve) => {
        open.push(() => resolve(WELL));
        most = Math.max(most, open.length);
      }),
  });
  inspector.follow(
    'k',
    Array.from({ length: 100 }, (_, i) => target(`p${i}`)),
  );
  await clock.pass(500);
  let answered = 0;
  while (open.length > 0) {
    open.shift()?.();
    answered++;
    await settled();
  }
  assert.deepEqual([most, answered, inspector.readings('k').length], [32, 100, 100]);
  inspector.stop();
});
