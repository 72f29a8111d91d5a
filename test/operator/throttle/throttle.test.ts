import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../kube/errors.ts';
import type { Call, Transport } from '../../../kube/transport.ts';
import { createThrottle } from '../../../operator/throttle/throttle.ts';
import { urgencyOf } from '../../../operator/throttle/urgency.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const BUSY = new ApiError({
  method: 'PATCH',
  path: '/busy',
  httpStatus: 429,
  body: JSON.stringify({ details: { retryAfterSeconds: 3 } }),
});

/** One call per second, with a burst of one. */
const start = () => {
  const clock = new ManualClock();
  const sent: string[] = [];
  const server: Transport = {
    async request({ path }) {
      sent.push(path);
      if (path === '/busy') throw BUSY;
      return path;
    },
    async *lines() {},
    close: async () => {},
  };
  const transport = createThrottle({ perSecond: 1, burst: 1 }, clock)(server);
  const ask = (path: string, method: Call['method'] = 'PATCH', signal?: AbortSignal) =>
    transport.request({ method, path, ...(signal === undefined ? {} : { signal }) });
  return { clock, sent, ask, transport };
};
const STATUS = '/apis/l4balancer.dev/v1alpha1/namespaces/a/l4balancers/edge/status';
const EVENT = '/apis/events.k8s.io/v1/namespaces/a/events';
const CHILD = '/apis/apps/v1/namespaces/a/deployments/l4b-edge';

test('the urgency of a call follows from what it requests', () => {
  const table: readonly (readonly [Call['method'], string, string])[] = [
    ['PATCH', CHILD, 'Work'],
    ['GET', CHILD, 'Work'],
    ['GET', STATUS, 'Work'],
    ['PATCH', STATUS, 'Status'],
    ['POST', EVENT, 'Event'],
    ['DELETE', '/api/v1/namespaces/a/services/l4b-edge', 'Work'],
  ];
  for (const [method, path, urgency] of table) assert.equal(urgencyOf({ method, path }), urgency, path);
});

test('of the waiting calls, work goes before statuses, and statuses before events', async () => {
  const { clock, sent, ask } = start();
  const calls = [ask('/first'), ask(EVENT, 'POST'), ask(STATUS), ask(STATUS), ask(CHILD)];
  await settled();
  assert.deepEqual(sent, ['/first']);
  for (let second = 0; second < 4; second++) await clock.pass(1000);
  assert.deepEqual(sent, ['/first', CHILD, STATUS, STATUS, EVENT]);
  await Promise.all(calls);
});

test('nothing is sent for as long as a busy API server asks to wait', async () => {
  const { clock, sent, ask } = start();
  await assert.rejects(ask('/busy'), BUSY);
  const later = ask(CHILD);
  await clock.pass(2_999);
  assert.deepEqual(sent, ['/busy']);
  await clock.pass(1);
  assert.equal(await later, CHILD);
});

test('a call that is cancelled while it waits uses no token', async () => {
  const { clock, sent, ask } = start();
  await ask('/first');
  const cancelWaiting = new AbortController();
  const given = assert.rejects(ask('/given-up', 'PATCH', cancelWaiting.signal), /its caller cancelled it/);
  const kept = ask('/kept');
  cancelWaiting.abort();
  await given;
  await clock.pass(1000);
  assert.equal(await kept, '/kept');
  assert.deepEqual(sent, ['/first', '/kept']);
});

for (const end of ['cancelWaiting', 'close'] as const)
  test(`calls that wait for a busy API server fail at once with ${end}, and so do later calls`, async () => {
    const { sent, ask, transport } = start();
    await assert.rejects(ask('/busy'), BUSY);
    const waits = assert.rejects(ask(CHILD), { code: 'Stopped' });
    await settled();
    await transport[end]();
    await waits;
    await assert.rejects(ask(CHILD), { code: 'Stopped' });
    assert.deepEqual(sent, ['/busy']);
  });

test('cancelling the calls of one transport does not cancel those of another', async () => {
  const clock = new ManualClock();
  const server: Transport = { request: async ({ path }) => path, async *lines() {}, close: async () => {} };
  const throttle = createThrottle({ perSecond: 1, burst: 1 }, clock);
  const [one, other] = [throttle(server), throttle(server)];
  await one.request({ method: 'GET', path: '/first' });
  const given = assert.rejects(one.request({ method: 'GET', path: '/given-up' }), { code: 'Stopped' });
  const kept = other.request({ method: 'GET', path: '/kept' });
  one.cancelWaiting();
  await given;
  await clock.pass(1000);
  assert.equal(await kept, '/kept');
});
