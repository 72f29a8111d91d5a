import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listenersOf } from '../../../operator/status/listeners.ts';
import type { BackendReport, Reading } from '../../../operator/status/reading.ts';
import { warnings } from '../../../operator/status/warnings.ts';
import { balancer } from '../owner.ts';
import { failedReading, observed, REPORT, reading, unheard } from './fixtures.ts';

const said = (pod: string, ...backends: readonly BackendReport[]): Reading => reading(pod, { backends });
const web = (endpoints: number, ready: number): BackendReport => ({ name: 'web', endpoints, ready });
const SILENT = failedReading('b');
const ROW = { name: 'web', port: 8080, protocol: 'TCP', backend: 'web', problems: [] };

const ROWS: readonly (readonly [string, readonly Reading[], object])[] = [
  ['no proxy has told', [SILENT], ROW],
  ['one has told', [said('a', web(3, 2)), SILENT], { ...ROW, readyEndpoints: 2, endpoints: 3 }],
  [
    'one is worse off',
    [said('a', web(3, 3)), said('b', web(4, 1))],
    { ...ROW, readyEndpoints: 1, endpoints: 4 },
  ],
  [
    'one knows fewer',
    [said('a', web(4, 1)), said('b', web(3, 1))],
    { ...ROW, readyEndpoints: 1, endpoints: 3 },
  ],
  [
    'one cannot be asked any more, and was worse off',
    [said('a', web(3, 3)), failedReading('b', { last: { ...REPORT, backends: [web(3, 1)] } })],
    { ...ROW, readyEndpoints: 1, endpoints: 3 },
  ],
  [
    'one does not serve yet',
    [said('a', web(3, 3)), reading('b', { isReady: false, backends: [web(0, 0)] })],
    { ...ROW, readyEndpoints: 3, endpoints: 3 },
  ],
  ['nobody has been asked yet', [unheard('a')], ROW],
  ['another backend is told of', [said('a', { name: 'old', endpoints: 1, ready: 1 })], ROW],
];

for (const [when, readings, expected] of ROWS)
  test(`a listener and its endpoints, when ${when}`, () => {
    const { spec } = balancer();
    assert.deepEqual(listenersOf(spec, readings, []), [expected]);
    assert.deepEqual(listenersOf(spec, [...readings].reverse(), []), [expected]);
  });

test('a Service with too few endpoints for the connections is warned of, as soon as a proxy has told how many there are', () => {
  const reasons = (...readings: readonly Reading[]) =>
    warnings(observed({ readings }, { capacity: { connections: 400_000 } }))
      .map(({ reason }) => reason)
      .filter((reason) => reason !== 'ProxiesUnreachable');
  assert.deepEqual(reasons(), []);
  assert.deepEqual(reasons(said('a', web(3, 3))), ['TooFewSourcePorts']);
  assert.deepEqual(reasons(said('a', web(8, 1))), [], 'those that are out come back');
  assert.deepEqual(reasons(said('a', web(0, 0))), [], 'it is not source ports that are missing');
});
