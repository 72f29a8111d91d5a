import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeReport } from '../../report/whole.ts';

const OLD = {
  tuning: [],
  listeners: [{ name: 'web' }],
  backends: [{ name: 'web', endpoints: [{ address: '10.0.0.1', port: 80, health: 'Healthy' }] }],
};

test('what an older proxy does not report has a default', () => {
  const { listeners, backends, acceptors, version } = wholeReport.parse(OLD);
  assert.deepEqual([listeners[0]?.open, listeners[0]?.accepted, acceptors, version], [0, 0, [], '']);
  const [endpoint] = backends[0]?.endpoints ?? [];
  assert.deepEqual([endpoint?.weight, endpoint?.share, endpoint?.used, endpoint?.open], [1, 1, true, 0]);
});

test('what a newer proxy reports in addition makes nothing unreadable', () => {
  const endpoint = { address: '10.0.0.1', port: 80, health: 'Drowsy', mood: { of: 'tomorrow' } };
  const newer = {
    ...OLD,
    future: true,
    backends: [{ name: 'web', algorithm: 'Next', endpoints: [endpoint] }],
  };
  assert.equal(wholeReport.parse(newer).backends[0]?.endpoints[0]?.health, 'Drowsy');
});

test('an answer without tuning is not a report', () => {
  const { tuning: _, ...other } = OLD;
  assert.equal(wholeReport.safeParse(other).success, false);
});
