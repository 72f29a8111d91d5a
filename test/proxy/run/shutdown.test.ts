import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shutdown } from '../../../proxy/run/shutdown.ts';

/**
 * Shuts down an engine that takes `stopTakesMs` to stop accepting, with a clock that only waiting advances.
 */
const run = async (
  drainDelayMs: number,
  gracePeriodMs: number,
  stopTakesMs = 0,
  spread = false,
  drainTakesMs = 0,
): Promise<string[]> => {
  const steps: string[] = [];
  let now = 0;
  const note = (step: string) => async () => void steps.push(step);
  await shutdown({
    engine: {
      stopAccepting() {
        steps.push('stop accepting');
        if (stopTakesMs === Number.POSITIVE_INFINITY) return new Promise(() => {});
        now += stopTakesMs;
        return Promise.resolve();
      },
      drainWithin: (ms) => void steps.push(`close idle ones within ${ms}`),
      close: note('close'),
    },
    spread,
    now: () => now,
    after(ms, run) {
      const timer = setImmediate(() => {
        now += ms;
        run();
      });
      return () => clearImmediate(timer);
    },
    drainDelayMs,
    gracePeriodMs,
    wait: async (ms) => void steps.push(`wait ${ms}`),
    async drainedWithin(ms) {
      steps.push(`drain ${ms}`);
      now += drainTakesMs;
    },
    deliveredWithin: async (ms) => void steps.push(`deliver ${ms}`),
    beforeStopAccepting: () => steps.push('publish no more'),
    onStep: (step) => steps.push(step),
  });
  return steps;
};

test('shutdown reports unready first, accepts during the delay, lets connections end, then closes', async () => {
  assert.deepEqual(await run(5_000, 60_000), [
    'NotReady',
    'wait 5000',
    'publish no more',
    'stop accepting',
    'StoppedAccepting',
    'drain 53000',
    'Drained',
    'deliver 53000',
    'close',
    'Closed',
  ]);
});

test('the kernel may deliver remaining data in the time that draining left', async () => {
  const steps = await run(5_000, 60_000, 0, false, 20_000);
  assert.deepEqual(steps.slice(steps.indexOf('Drained')), ['Drained', 'deliver 33000', 'close', 'Closed']);
  assert.ok(!(await run(5_000, 60_000, 0, false, 53_000)).some((step) => step.startsWith('deliver')));
});

test('with spread, closing idle connections begins once accepting has stopped', async () => {
  assert.deepEqual((await run(5_000, 60_000, 1_000, true)).slice(3, 7), [
    'stop accepting',
    'StoppedAccepting',
    'close idle ones within 46800',
    'drain 52000',
  ]);
});

test('accepting stops at once without a delay', async () => {
  assert.deepEqual((await run(0, 60_000)).slice(0, 4), [
    'NotReady',
    'publish no more',
    'stop accepting',
    'StoppedAccepting',
  ]);
});

test('delay and draining together never exceed the grace period', async () => {
  assert.deepEqual(
    (await run(10_000, 5_000)).filter((step) => /^(wait|drain) /.test(step)),
    ['wait 4500', 'drain 0'],
  );
});

test('an engine that never stops accepting is closed at the end of the grace period', async () => {
  assert.deepEqual(await run(10_000, 60_000, Number.POSITIVE_INFINITY), [
    'NotReady',
    'wait 10000',
    'publish no more',
    'stop accepting',
    'StillAccepting',
    'drain 0',
    'Drained',
    'close',
    'Closed',
  ]);
});

test('the time that stopping to accept takes is subtracted from the time to drain', async () => {
  assert.deepEqual(
    (await run(10_000, 60_000, 7_000)).filter((step) => /^(wait|drain) /.test(step)),
    ['wait 10000', 'drain 41000'],
  );
});
