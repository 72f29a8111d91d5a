import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shutdown } from '../../../proxy/control/shutdown.ts';

const run = async (drainDelayMs: number, gracePeriodMs: number): Promise<string[]> => {
  const steps: string[] = [];
  const note = (step: string) => async () => void steps.push(step);
  await shutdown({
    engine: { stopAccepting: note('stop accepting'), close: note('close') },
    drainDelayMs,
    gracePeriodMs,
    wait: async (ms) => void steps.push(`wait ${ms}`),
    drainedWithin: async (ms) => void steps.push(`drain ${ms}`),
    beforeStopAccepting: () => steps.push('publish no more'),
    onStep: (step) => steps.push(step),
  });
  return steps;
};

test('a stop is told first, goes on accepting for the delay, then lets connections end, then closes', async () => {
  assert.deepEqual(await run(5_000, 60_000), [
    'NotReady',
    'wait 5000',
    'publish no more',
    'stop accepting',
    'StoppedAccepting',
    'drain 53000',
    'Drained',
    'close',
    'Closed',
  ]);
});

test('without a delay accepting stops at once', async () => {
  assert.deepEqual((await run(0, 60_000)).slice(0, 4), [
    'NotReady',
    'publish no more',
    'stop accepting',
    'StoppedAccepting',
  ]);
});

test('delay and draining together never take longer than the grace period', async () => {
  assert.deepEqual(
    (await run(10_000, 5_000)).filter((step) => /^(wait|drain) /.test(step)),
    ['wait 4500', 'drain 0'],
  );
});
