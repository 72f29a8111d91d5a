import assert from 'node:assert/strict';
import { test } from 'node:test';
import { continued, NO_HISTORY } from '../../../page/state/series.ts';
import { liveReport } from '../live-reports.ts';

test('each report adds one value to each series, and what has gone is forgotten', () => {
  const both = liveReport({
    listeners: [{ name: 'a', live: { connections: 2, received: 1, sent: 2 } }, { name: 'b' }],
    backends: [{ name: 'web', open: 7 }],
  });
  const one = liveReport({ listeners: [{ name: 'a' }], backends: [{ name: 'web', open: 8 }] });
  const history = continued(continued(NO_HISTORY, both), one);
  assert.deepEqual(history.totals.open, [0, 0]);
  assert.deepEqual(history.totals.connectP50Ms, [null, null]);
  assert.deepEqual(history.listeners, { a: { connections: [2, 0], bytes: [3, 0] } });
  assert.deepEqual(history.backends.web?.connections, [7, 8]);
});

test('a series has no more values than a proxy keeps', () => {
  let history = NO_HISTORY;
  const report = liveReport({ listeners: [{ name: 'a' }] });
  for (let step = 0; step < 500; step += 1) history = continued(history, report);
  assert.equal(history.totals.open.length, 150);
  assert.equal(history.listeners.a?.bytes.length, 150);
});
