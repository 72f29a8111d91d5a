import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HISTORY } from '../../../page/state/series.ts';
import { joinEndpoints, joinedEndpoints } from '../../../page/words/join-endpoints.ts';
import { joinHistories } from '../../../page/words/join-histories.ts';
import { joinReports } from '../../../page/words/join-reports.ts';
import type { LiveEndpoint, LiveReport } from '../../../report/live.ts';
import { liveReport } from '../live-reports.ts';

const endpoint = (change: Partial<LiveEndpoint> = {}): LiveEndpoint => ({
  backend: 'web',
  address: '192.0.2.1',
  port: 80,
  weight: 1,
  health: 'Healthy',
  share: 1,
  used: true,
  open: 3,
  connections: 10,
  failures: 1,
  rate: 2,
  bytes: 100,
  ...change,
});

const report = (open: number, more: Partial<LiveReport> = {}): LiveReport => {
  const made = liveReport({
    listeners: [{ name: 'web', open, live: { connections: open, errors: 1 } }],
    backends: [{ name: 'web', open, endpoints: 3, connectP99Ms: open }],
  });
  return { ...made, totals: { ...made.totals, open, connectP99Ms: open === 0 ? null : open }, ...more };
};

test('replicas are added up, and the time to connect is that of the worst', () => {
  const joined = joinReports([
    { pod: 'a', report: report(2) },
    { pod: 'b', report: report(5) },
    { pod: 'c', report: report(0) },
  ]);
  assert.deepEqual([joined?.totals.open, joined?.totals.connectP99Ms], [7, 5]);
  assert.deepEqual(
    joined?.listeners.map(({ connections, errors }) => [connections, errors]),
    [[7, 3]],
  );
  assert.deepEqual(
    joined?.summary.listeners.map(({ name, open }) => [name, open]),
    [['web', 7]],
  );
  assert.deepEqual(
    joined?.backends.map(({ open, connectP99Ms }) => [open, connectP99Ms]),
    [[7, 5]],
  );
  assert.equal(joinReports([]), undefined);
});

test('a backend has the endpoints that the worst replica can use', () => {
  const worse = report(1);
  const backends = worse.summary.backends.map((one) => ({ ...one, counts: { endpoints: 2, ready: 1 } }));
  const joined = joinReports([
    { pod: 'a', report: report(1) },
    { pod: 'b', report: { ...worse, summary: { ...worse.summary, backends } } },
  ]);
  assert.deepEqual(joined?.summary.backends[0]?.counts, { endpoints: 3, ready: 1 });
});

test('the same finding of several replicas is one, and names them; what differs in tuning names them, too', () => {
  const finding = { code: 'PortTaken', path: 'spec.listeners[0]', message: 'Free it.' } as const;
  const knob = (effective: string) => ({ name: 'somaxconn', asked: '9', effective, ok: effective === '9' });
  const of = (tuning: string, findings: LiveReport['summary']['findings']): LiveReport => {
    const made = report(1);
    const same = { name: 'acceptors', effective: '2', ok: true };
    return { ...made, summary: { ...made.summary, findings, tuning: [knob(tuning), same] } };
  };
  const { summary } =
    joinReports([
      { pod: 'a', report: of('9', [finding]) },
      { pod: 'b', report: of('9', [finding]) },
      { pod: 'c', report: of('4', [{ ...finding, message: 'Other.' }]) },
    ]) ?? assert.fail();
  assert.deepEqual(
    summary.findings.map(({ message }) => message),
    ['Free it. — a, b', 'Other. — c'],
  );
  assert.deepEqual(
    summary.tuning.map(({ name, effective }) => [name, effective]),
    [
      ['somaxconn · a, b', '9'],
      ['somaxconn · c', '4'],
      ['acceptors', '2'],
    ],
  );
  const alone = joinReports([{ pod: 'a', report: of('9', [finding]) }])?.summary;
  assert.equal(alone?.findings[0]?.message, 'Free it.');
});

test('an endpoint is as bad as its worst replica says, which is named', () => {
  const out = { health: 'Unhealthy', reason: 'refused', used: false } as const;
  const joined = joinedEndpoints([
    { pod: 'a', endpoints: [endpoint({ address: '192.0.2.9' }), endpoint()] },
    { pod: 'b', endpoints: [endpoint({ address: '192.0.2.9' }), endpoint(out)] },
  ]);
  assert.deepEqual(
    joined.map(({ address, health, open, used, reason }) => [address, health, open, used, reason]),
    [
      ['192.0.2.1', 'Unhealthy', 6, true, 'on 1 of 2 replicas: b · refused'],
      ['192.0.2.9', 'Healthy', 6, true, undefined],
    ],
  );
  const [everywhere] = joinedEndpoints(['a', 'b'].map((pod) => ({ pod, endpoints: [endpoint(out)] })));
  assert.equal(everywhere?.reason, 'on all replicas · refused');
});

test('endpoints of several replicas are cut into pages after they are joined, those of one before', () => {
  const endpoints = [1, 2, 3].map((last) => endpoint({ address: `192.0.2.${last}` }));
  const of = (pod: string) => ({ pod, total: 3, endpoints });
  const part = { offset: 1, limit: 1 };
  const joined = joinEndpoints([of('a'), of('b')], part, false);
  assert.deepEqual([joined.total, joined.endpoints.map(({ address }) => address)], [3, ['192.0.2.2']]);
  assert.equal(joinEndpoints([of('a')], part, true).endpoints.length, 3);
  assert.deepEqual(joinEndpoints([{ pod: 'a', total: 4_096, endpoints: [] }], part, false), {
    total: 4_096,
    endpoints: [],
  });
});

test('histories are added up from the newest sample back, also of replicas that are younger', () => {
  const history = (open: readonly (number | null)[], connectP99Ms: readonly (number | null)[]) => ({
    ...NO_HISTORY,
    totals: { ...NO_HISTORY.totals, open, connectP99Ms },
    listeners: { web: { connections: open, bytes: [] } },
  });
  const joined = joinHistories([history([1, 2, 3], [5, null, 7]), history([null, 10], [9, null])]);
  assert.deepEqual(joined.totals.open, [1, 2, 13]);
  assert.deepEqual(joined.totals.connectP99Ms, [5, 9, 7]);
  assert.deepEqual(joined.listeners.web?.connections, [1, 2, 13]);
});
