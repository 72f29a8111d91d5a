import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import pino from 'pino';
import { SPEC_SCHEMA, STATUS_SCHEMA } from '../../../crds/schemas.ts';
import { ApiError } from '../../../kube/errors.ts';
import { pollDefinition } from '../../../operator/watch/poll-definition.ts';
import { ManualClock, settled } from '../manual-clock.ts';

const kind = { group: 'l4balancer.dev', version: 'v1alpha1', kind: 'L4Balancer' };
/** The OpenAPI document of the group, with these additional fields in the spec. */
const served = (...more: readonly string[]) => ({
  components: {
    schemas: {
      'dev.l4balancer.v1alpha1.L4BalancerList': {
        'x-kubernetes-group-version-kind': [{ ...kind, kind: 'L4BalancerList' }],
      },
      'dev.l4balancer.v1alpha1.L4Balancer': {
        'x-kubernetes-group-version-kind': [kind],
        properties: {
          spec: {
            properties: { ...SPEC_SCHEMA.properties, ...Object.fromEntries(more.map((name) => [name, {}])) },
          },
          status: STATUS_SCHEMA,
        },
      },
    },
  },
});
const refusal = (httpStatus: number) =>
  new ApiError({ method: 'GET', path: '/openapi', httpStatus, body: '' });

/** Polls a definition that `answer` provides. */
const scriptedPoll = (first: Error | object) => {
  const clock = new ManualClock();
  const stopping = new AbortController();
  const state = { answer: first, calls: 0 };
  const changes: (readonly string[])[] = [];
  const lines: string[] = [];
  const log = pino(
    new Writable({
      write(chunk, _, done) {
        lines.push(JSON.parse(String(chunk)).msg);
        done();
      },
    }),
  );
  const request = async () => {
    state.calls++;
    if (state.answer instanceof Error) throw state.answer;
    return state.answer;
  };
  const ended = pollDefinition(
    { transport: { request }, log, clock },
    ({ unknown }) => changes.push(unknown),
    stopping.signal,
  );
  return { clock, stopping, state, changes, lines, ended };
};

test('a definition that matches the operator’s is not reported, and is polled every five minutes', async () => {
  const { clock, state, changes, lines } = scriptedPoll(served());
  await settled();
  assert.deepEqual([state.calls, changes, lines], [1, [], []]);
  await clock.pass(4 * 60_000);
  assert.equal(state.calls, 1);
  await clock.pass(61_000);
  assert.equal(state.calls, 2);
});

test('a different definition is reported once and polled more often, and an upgrade is reported as well', async () => {
  const { clock, state, changes, lines } = scriptedPoll(served('future'));
  await settled();
  await clock.pass(15_000);
  assert.deepEqual([state.calls, changes], [2, [['spec.future']]]);
  state.answer = served();
  await clock.pass(15_000);
  assert.deepEqual(changes, [['spec.future'], []]);
  assert.deepEqual(lines, ['definition does not match this operator', 'definition matches this operator']);
});

test('an unreadable definition is logged once and retried, and what was known is kept', async () => {
  const { clock, state, changes, lines } = scriptedPoll(served('future'));
  await settled();
  for (const status of [503, 404, 403]) {
    state.answer = refusal(status);
    await clock.pass(15_000);
    await clock.pass(15_000);
  }
  assert.deepEqual(changes, [['spec.future']]);
  assert.deepEqual(lines.slice(1), Array(3).fill('definition not compared'));
});

test('a kind that is not served yet has no missing fields', async () => {
  const { changes } = scriptedPoll({ components: { schemas: {} } });
  await settled();
  assert.deepEqual(changes, []);
});

test('nothing is polled after an abort', async () => {
  const { clock, stopping, state, ended } = scriptedPoll(served());
  await settled();
  stopping.abort();
  await ended;
  await clock.pass(600_000);
  assert.equal(state.calls, 1);
});
