import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createInspector, type Target } from '../../../operator/inspect/inspector.ts';
import { ReportError } from '../../../operator/inspect/read-report.ts';
import type { Knob } from '../../../operator/status/reading.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const target = (name: string, mark = ''): Target => ({
  pod: name,
  uid: `uid-${name}`,
  node: 'n1',
  ip: `ip-${name}`,
  port: 9901,
  mark,
});
const knob = (effective: string): Knob => ({ name: 'a', effective, ok: true });

/** An inspector whose proxies are played by the test: what `answers` has not, does not answer. */
const played = () => {
  const clock = new ManualClock();
  const answers = new Map<string, string>();
  const asked: string[] = [];
  const changed: string[] = [];
  const inspector = createInspector({
    clock,
    random: () => 0.5,
    onChange: (key) => changed.push(key),
    read: async (ip) => {
      asked.push(ip);
      const answer = answers.get(ip);
      if (answer === undefined) throw new ReportError(ip, 'nothing listens there.');
      return { knobs: [knob(answer)], backends: [] };
    },
  });
  return { clock, answers, asked, changed, inspector };
};

test('a pod is read soon, and again every few minutes; what stays the same is no news', async () => {
  const { clock, answers, asked, changed, inspector } = played();
  answers.set('ip-a', '1');
  inspector.follow('shop/edge', [target('a')]);
  await settled();
  assert.deepEqual(inspector.readings('shop/edge'), []);
  await clock.pass(500);
  assert.deepEqual(inspector.readings('shop/edge'), [
    { kind: 'Read', pod: 'a', node: 'n1', knobs: [knob('1')], backends: [] },
  ]);
  assert.deepEqual([asked.length, changed], [1, ['shop/edge']]);
  await clock.pass(4 * 60_000);
  assert.deepEqual([asked.length, changed.length], [2, 1]);
  answers.set('ip-a', '2');
  await clock.pass(4 * 60_000);
  assert.deepEqual([asked.length, changed.length], [3, 2]);
});

test('following the same pods again asks nothing; another mark does, and the old reading counts until then', async () => {
  const { clock, answers, asked, inspector } = played();
  answers.set('ip-a', '1');
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  assert.equal(asked.length, 1);
  inspector.follow('k', [target('a', 'another')]);
  assert.equal(inspector.readings('k').length, 1);
  await clock.pass(500);
  assert.equal(asked.length, 2);
});

test('a pod that does not answer is asked later and later, and told of at the third time only', async () => {
  const { clock, asked, changed, inspector } = played();
  inspector.follow('k', [target('a')]);
  await clock.pass(500);
  await clock.pass(2_000);
  assert.deepEqual([asked.length, changed.length], [2, 0]);
  await clock.pass(4_000);
  assert.deepEqual(inspector.readings('k'), [
    { kind: 'Failed', pod: 'a', node: 'n1', why: 'nothing listens there.' },
  ]);
  for (let more = 0; more < 5; more++) await clock.pass(180_000);
  assert.equal(changed.length, 1);
});

test('pods that are gone are neither asked nor told of, and leave no timer behind', async () => {
  const { clock, answers, asked, inspector } = played();
  for (const name of ['a', 'b']) answers.set(`ip-${name}`, '1');
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
  assert.equal(asked.length, 2);
});

test('however many pods there are, eight are asked at once', async () => {
  const clock = new ManualClock();
  const open: (() => void)[] = [];
  let most = 0;
  const inspector = createInspector({
    clock,
    random: () => 0,
    onChange: () => {},
    read: () =>
      new Promise((resolve) => {
        open.push(() => resolve({ knobs: [], backends: [] }));
        most = Math.max(most, open.length);
      }),
  });
  inspector.follow(
    'k',
    Array.from({ length: 30 }, (_, i) => target(`p${i}`)),
  );
  await clock.pass(500);
  let answered = 0;
  while (open.length > 0) {
    open.shift()?.();
    answered++;
    await settled();
  }
  assert.deepEqual([most, answered, inspector.readings('k').length], [8, 30, 30]);
  inspector.stop();
});
