import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, CredentialsError, TransportError } from '../../../kube/errors.ts';
import { createCredentialWatch, pollApiServer } from '../../../operator/telemetry/credential-watch.ts';
import { type Step, scriptedTransport } from '../../kube/scripted-transport.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const answer = (httpStatus: number) => new ApiError({ method: 'GET', path: '/x', httpStatus, body: '' });
const UNAUTHORIZED = { error: answer(401) };
const LOST = { error: new TransportError('ConnectionLost', 'https://x', 'GET /x', 'nothing') };
const LATER_MS = 20_000;

/** Makes calls that end as scripted, one every 20 s; returns the problem reported at the end. */
const after = async (...script: readonly Step[]): Promise<string | undefined> => {
  let now = 0;
  const { watched, problem } = createCredentialWatch(() => now);
  const transport = watched(scriptedTransport(script));
  for (const step of script) {
    if ('lines' in step) for await (const _ of transport.lines({ method: 'GET', path: '/x' }));
    else await transport.request({ method: 'GET', path: '/x' }).catch(() => {});
    now += LATER_MS;
  }
  return problem();
};

const ROWS: readonly (readonly [string, readonly Step[], RegExp | undefined])[] = [
  ['calls that succeed', [{ answer: 1 }], undefined],
  ['a token that is refused', [UNAUTHORIZED], /has not accepted this operator's credentials for 20 s.*401/],
  ['a refusal that persists while nothing else succeeds', [UNAUTHORIZED, LOST, UNAUTHORIZED], /for 60 s/],
  ['a login that fails', [{ error: new CredentialsError('LoginFailed', 'no token') }], /no token/],
  ['an unavailable API server', [LOST], undefined],
  ['a token that is accepted again', [UNAUTHORIZED, { answer: 1 }], undefined],
  ['a watch that opens', [UNAUTHORIZED, { lines: ['x'] }], undefined],
  ['a refusal that recognizes the caller', [UNAUTHORIZED, { error: answer(403) }], undefined],
  [
    'an error of the API server that says nothing about the caller',
    [UNAUTHORIZED, { error: answer(500) }],
    /for 40 s/,
  ],
];

for (const [what, script, expected] of ROWS)
  test(`${what} ${expected === undefined ? 'is not' : 'is'} reported as a problem of the credentials`, async () => {
    const said = await after(...script);
    if (expected === undefined) assert.equal(said, undefined);
    else assert.match(said ?? '', expected);
  });

test('an operator without a Lease polls the API server, so that an invalid token is detected while it is idle', async () => {
  const clock = new ManualClock();
  const { watched, problem } = createCredentialWatch(clock.now);
  const server = scriptedTransport([{ answer: {} }, UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED, UNAUTHORIZED]);
  const stopping = new AbortController();
  const asking = pollApiServer(watched(server), clock, stopping.signal);
  await settled();
  for (let seconds = 0; seconds < 60; seconds++) await clock.pass(1_000);
  assert.ok(server.calls.every(({ method, path }) => method === 'GET' && path === '/version'));
  assert.match(problem() ?? '', /has not accepted this operator's credentials for 30 s/);
  stopping.abort();
  await asking;
  assert.equal(clock.sleeping, 0);
});
