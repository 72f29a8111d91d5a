import assert from 'node:assert/strict';
import { test } from 'node:test';
import pino from 'pino';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { readServerVersion } from '../../../operator/reconcile/server-version.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const refusal = (httpStatus: number) =>
  new ApiError({ method: 'GET', path: '/version', httpStatus, body: '' });
const LOST = new TransportError('ConnectionLost', 'https://api', 'GET /version', 'reset');

/** Asks an API server that gives these responses, the last one repeatedly. */
const ask = (answers: readonly (Error | object)[]) => {
  const clock = new ManualClock();
  const stopping = new AbortController();
  let calls = 0;
  const request = async () => {
    const answer = answers[Math.min(calls++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const log = pino({ level: 'silent' });
  const version = readServerVersion({ transport: { request }, log, clock, random: () => 0 }, stopping.signal);
  return { version, clock, stopping, calls: () => calls };
};

const passed = async (clock: ManualClock): Promise<void> => {
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1000);
};
const SAID = { gitVersion: 'v1.34.1' };

const ROWS: readonly (readonly [string, readonly (Error | object)[], object | undefined, number])[] = [
  ['is read at once', [SAID], { major: 1, minor: 34 }, 1],
  ['is read after calls that were lost', [LOST, LOST, SAID], { major: 1, minor: 34 }, 3],
  ['is read after the API server was busy', [refusal(429), refusal(503), SAID], { major: 1, minor: 34 }, 3],
  ['is read after the token was renewed', [refusal(401), SAID], { major: 1, minor: 34 }, 2],
  ['is unknown if reading it is forbidden', [refusal(403)], undefined, 1],
  ['is unknown if the path does not exist', [refusal(404)], undefined, 1],
  ['is unknown if it cannot be parsed', [{ gitVersion: 'devel' }], undefined, 1],
];
for (const [when, answers, expected, count] of ROWS)
  test(`the version of the API server ${when}`, async () => {
    const { version, clock, calls } = ask(answers);
    await passed(clock);
    assert.deepEqual(await version, expected);
    assert.equal(calls(), count);
  });

test('nothing is requested after an abort', async () => {
  const { version, clock, stopping, calls } = ask([LOST]);
  await settled();
  stopping.abort();
  assert.equal(await version, undefined);
  assert.equal(calls(), 1);
  assert.equal(clock.sleeping, 0);
});
