import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProxies } from '../../../operator/status/check-proxies.ts';
import { listenersOf } from '../../../operator/status/listeners.ts';
import type { BackendReport, Reading } from '../../../operator/status/reading.ts';
import { warnings } from '../../../operator/status/warnings.ts';
import { balancer } from '../owner.ts';
import { failedReading, notPolled, observed, REPORT, reading } from './fixtures.ts';

const withBackends = (pod: string, ...backends: readonly BackendReport[]): Reading =>
  reading(pod, { backends });
const web = (endpoints: number, ready: number): BackendReport => ({ name: 'web', endpoints, ready });
const SILENT = failedReading('b');
const ROW = { name: 'web', port: 8080, protocol: 'TCP', backend: 'web', problems: [] };

const ROWS: readonly (readonly [string, readonly Reading[], object])[] = [
  ['no proxy has reported', [SILENT], ROW],
  [
    'one proxy has reported',
    [withBackends('a', web(3, 2)), SILENT],
    { ...ROW, readyEndpoints: 2, endpoints: 3 },
  ],
  [
    'one replica has fewer ready endpoints',
    [withBackends('a', web(3, 3)), withBackends('b', web(4, 1))],
    { ...ROW, readyEndpoints: 1, endpoints: 4 },
  ],
  [
    'one replica knows fewer endpoints',
    [withBackends('a', web(4, 1)), withBackends('b', web(3, 1))],
    { ...ROW, readyEndpoints: 1, endpoints: 3 },
  ],
  [
    'the replica with the fewest ready endpoints can no longer be reached',
    [withBackends('a', web(3, 3)), failedReading('b', { last: { ...REPORT, backends: [web(3, 1)] } })],
    { ...ROW, readyEndpoints: 1, endpoints: 3 },
  ],
  [
    'one replica does not serve yet',
    [withBackends('a', web(3, 3)), reading('b', { isReady: false, backends: [web(0, 0)] })],
    { ...ROW, readyEndpoints: 3, endpoints: 3 },
  ],
  [
    'the limits of one replica refuse connections',
    [reading('a', { backends: [] }), reading('b', { backends: [], limiting: ['web'] })],
    { ...ROW, limiting: true },
  ],
  ['no proxy has been polled yet', [notPolled('a')], ROW],
  ['only another backend is reported', [withBackends('a', { name: 'old', endpoints: 1, ready: 1 })], ROW],
];

for (const [when, readings, expected] of ROWS)
  test(`the endpoints of a listener when ${when}`, () => {
    const { spec } = balancer();
    assert.deepEqual(listenersOf(spec, readings, []), [expected]);
    assert.deepEqual(listenersOf(spec, [...readings].reverse(), []), [expected]);
  });

const ROUTED = {
  listeners: [
    {
      name: 'tls',
      port: 443,
      backend: 'web',
      tls: {
        mode: 'Passthrough',
        routes: [
          { hostnames: ['a.example'], backend: 'db' },
          { hostnames: ['b.example'], backend: 'web' },
        ],
      },
    },
  ],
  backends: ['web', 'db'].map((name) => ({ name, service: { name, port: 80 } })),
};
const db = (endpoints: number, ready: number): BackendReport => ({ name: 'db', endpoints, ready });

test('a listener with routes has the endpoints of all its backends, once all are known', () => {
  const { spec } = balancer(ROUTED);
  const row = { name: 'tls', port: 443, protocol: 'TCP', backend: 'web', problems: [] };
  const readings = [withBackends('a', web(3, 2), db(5, 4)), withBackends('b', web(3, 3), db(5, 1))];
  assert.deepEqual(listenersOf(spec, readings, []), [{ ...row, readyEndpoints: 3, endpoints: 8 }]);
  assert.deepEqual(listenersOf(spec, [withBackends('a', web(3, 2))], []), [row]);
});

test('a listener does not serve while the backend of one of its routes has no endpoint', () => {
  const { spec } = balancer(ROUTED);
  const reported = (...backends: readonly BackendReport[]) => [
    reading('a', { backends, listeners: ['tls'] }),
  ];
  assert.equal(checkProxies(spec, reported(web(1, 1), db(1, 1))), undefined);
  const verdict = checkProxies(spec, reported(web(1, 1), db(1, 0)));
  assert.equal(verdict?.reason, 'NoEndpoints');
  assert.match(verdict?.message ?? '', /^Listener tls: Backend "db" has no endpoint/);
});

test('a Service with too few endpoints for the connections causes a warning as soon as a proxy has reported their number', () => {
  const reasons = (...readings: readonly Reading[]) =>
    warnings(observed({ readings }, { capacity: { connections: 400_000 } }))
      .map(({ reason }) => reason)
      .filter((reason) => reason !== 'ProxiesUnreachable');
  assert.deepEqual(reasons(), []);
  assert.deepEqual(reasons(withBackends('a', web(3, 3))), ['TooFewSourcePorts']);
  assert.deepEqual(
    reasons(withBackends('a', web(8, 1))),
    [],
    'unhealthy endpoints count, because they recover',
  );
  assert.deepEqual(
    reasons(withBackends('a', web(0, 0))),
    [],
    'without endpoints, source ports are not what is missing',
  );
});
