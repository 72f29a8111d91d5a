import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import type { EngineStats } from '../../../proxy/engine/stats.ts';
import { Recorder } from '../../../proxy/live/recorder.ts';
import { rateKey } from '../../../proxy/live/sample.ts';
import { acceptorStats, backendStats, endpointStats, engineStats, listenerStats } from '../stats.ts';

const SAMPLES = 150;
const STEP_MS = 2_000;

/** An engine after `steps` times two seconds with the same traffic. */
const after = (steps: number): EngineStats =>
  engineStats({
    acceptors: [acceptorStats({ acceptedTotal: 20 * steps, handedOverTotal: steps })],
    listeners: [
      listenerStats({
        openConnections: 3,
        acceptedTotal: 20 * steps,
        receivedBytes: 2_000 * steps,
        sentBytes: 4_000 * steps,
        closes: CLOSES.map((close) => ({ ...close, total: close.reason === 'ClientReset' ? 2 * steps : 0 })),
      }),
    ],
    backends: [
      backendStats({
        openConnections: 3,
        receivedBytes: 2_000 * steps,
        sentBytes: 4_000 * steps,
        connects: { boundsMs: [0.5, 1], counts: [0, 20 * steps, 0], sumMs: 0 },
        connectFailures: [
          { failure: 'Refused', total: 4 * steps },
          { failure: 'TimedOut', total: 0 },
        ],
      }),
    ],
    endpoints: [endpointStats({ connectionsTotal: 20 * steps, receivedBytes: 2_000 * steps, sentBytes: 0 })],
    closes: CLOSES.map((close) => ({
      ...close,
      total: close.reason === 'ClientReset' ? 2 * steps : close.reason === 'Finished' ? 18 * steps : 0,
    })),
  });

test('a sample has the rates since the one before', () => {
  const recorder = new Recorder();
  assert.equal(recorder.history(), undefined);
  recorder.add(after(0), 0, true);
  const sample = recorder.add(after(1), STEP_MS, true);
  assert.equal(recorder.latest, sample);
  assert.deepEqual(sample.totals, {
    open: 3,
    connections: 10,
    errors: 1,
    received: 1_000,
    sent: 2_000,
    connectP50Ms: 0.75,
    connectP99Ms: 0.995,
  });
  assert.deepEqual(sample.listeners, [
    { name: 'http', connections: 10, received: 1_000, sent: 2_000, errors: 1 },
  ]);
  assert.deepEqual(sample.backends, [
    {
      name: 'web',
      open: 3,
      connections: 10,
      received: 1_000,
      sent: 2_000,
      retries: 0,
      queued: 0,
      connectP50Ms: 0.75,
      connectP99Ms: 0.995,
      failures: [{ name: 'Refused', total: 4, rate: 0 }],
    },
  ]);
  assert.deepEqual(sample.acceptors, [{ index: 0, connections: 10, handedOver: 1 }]);
  assert.deepEqual(
    sample.closes.map(({ name, total, rate, isError }) => [name, total, rate, isError]),
    [
      ['Finished', 18, 9, false],
      ['ClientReset', 2, 1, true],
    ],
  );
  assert.deepEqual(sample.endpoints.get(rateKey('web', '[2001:db8::1]:1')), { rate: 10, bytes: 1_000 });
});

test('at the first look, endpoints have no rates yet', () => {
  const recorder = new Recorder();
  recorder.add(after(0), 0, false);
  assert.equal(recorder.add(after(1), STEP_MS, true).endpoints.size, 0);
  assert.equal(recorder.add(after(2), 2 * STEP_MS, true).endpoints.size, 1);
});

test('while nobody looks, endpoints are not measured', () => {
  const recorder = new Recorder();
  recorder.add(after(0), 0, false);
  assert.equal(recorder.add(after(1), STEP_MS, false).endpoints.size, 0);
});

test('the time to connect follows what happens now, not what was long ago', () => {
  const recorder = new Recorder();
  for (let step = 0; step <= 40; step += 1) recorder.add(after(step), step * STEP_MS, false);
  assert.equal(recorder.latest?.backends[0]?.connectP50Ms, 0.75);
  for (let step = 41; step <= 80; step += 1) recorder.add(after(40), step * STEP_MS, false);
  assert.equal(recorder.latest?.backends[0]?.connectP50Ms, null);
  assert.equal(recorder.latest?.totals.connectP50Ms, null);
});

test('the history has a bounded number of samples, the newest last', () => {
  const recorder = new Recorder();
  for (let step = 0; step < 3 * SAMPLES; step += 1) recorder.add(after(step), step * STEP_MS, false);
  const history = recorder.history();
  assert.equal(history?.totals.open.length, SAMPLES);
  assert.deepEqual(history?.totals.connections.slice(-2), [10, 10]);
  assert.deepEqual(history?.listeners.http?.bytes.slice(-2), [3_000, 3_000]);
  assert.deepEqual(history?.backends.web?.connections.slice(-2), [3, 3]);
  assert.deepEqual(Object.keys(history?.listeners ?? {}), ['http']);
});
