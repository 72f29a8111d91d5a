import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { createWatchLog } from '../../../operator/reconcile/watch-log.ts';

const recording = () => {
  const lines: string[] = [];
  const log = pino(
    {},
    {
      write: (line) => {
        const { msg, watch, code } = JSON.parse(line);
        lines.push([msg, watch, code].filter(Boolean).join(' '));
      },
    },
  );
  return { lines, watchLog: createWatchLog(log) };
};
const lost = (error: Error) => ({ connected: false, error, retryInMs: 100 }) as const;
const REFUSED = new TransportError('ConnectionRefused', 'https://x', 'GET', 'nothing');
const notFound = new ApiError({ method: 'GET', path: '/x', httpStatus: 404, body: '' });

test('a lost watch is logged once, again when the cause changes, and when it recovers', () => {
  const { lines, watchLog } = recording();
  watchLog.state('Pod', { connected: true });
  for (let tries = 0; tries < 3; tries++) watchLog.state('Pod', lost(REFUSED));
  watchLog.state('Pod', lost(notFound));
  watchLog.state('Pod', { connected: true });
  assert.deepEqual(lines, [
    'watch lost, retrying Pod ConnectionRefused',
    'watch lost, retrying Pod NotFound',
    'watch recovered Pod',
  ]);
});

test('a kind that is not served after an outage is no longer lost, and its next loss is logged', () => {
  const { lines, watchLog } = recording();
  watchLog.absent('PodMonitor');
  for (let outages = 0; outages < 2; outages++) {
    watchLog.state('PodMonitor', lost(REFUSED));
    for (let tries = 0; tries < 2; tries++) watchLog.absent('PodMonitor');
  }
  const expected = [
    'watch lost, retrying PodMonitor ConnectionRefused',
    'watch no longer lost: optional kind is not served PodMonitor',
  ];
  assert.deepEqual(lines, [...expected, ...expected]);
});

test('an API server that does not know L4Balancers is logged as a missing CRD', () => {
  const { lines, watchLog } = recording();
  for (let tries = 0; tries < 3; tries++) watchLog.state('L4Balancer', lost(notFound));
  assert.deepEqual(lines, ['CustomResourceDefinition is missing L4Balancer CrdMissing']);
});

test('the loss of a whole namespace is logged once for all of its kinds, and so is its recovery', () => {
  const { lines, watchLog } = recording();
  const kinds = ['Pod', 'Role', 'Service'] as const;
  const tell = (namespace: string, state: Parameters<typeof watchLog.state>[1]) => {
    for (const kind of kinds) watchLog.state(kind, state, `${kind} in ${namespace}`, namespace);
  };
  tell('shop', lost(notFound));
  tell('shop', lost(notFound));
  tell('edge', lost(notFound));
  tell('shop', { connected: true });
  assert.deepEqual(lines, [
    'watch lost, retrying Pod in shop NotFound',
    'watch lost, retrying Pod in edge NotFound',
    'watch recovered Service in shop',
  ]);
});
