import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { ApiError } from '../../../kube/errors.ts';
import { handleOutcome } from '../../../operator/reconcile/handle-outcome.ts';
import type { Outcome } from '../../../operator/reconcile/outcome.ts';

interface Reported {
  readonly result: string[];
  readonly requeued: number[];
  readonly forgotten: number;
  readonly retried: number;
  readonly log: readonly { readonly level: number; readonly msg: string }[];
}

const handle = (outcome: Outcome, refusals = new Map<string, string>()): Reported => {
  const result: string[] = [];
  const requeued: number[] = [];
  const lines: { level: number; msg: string }[] = [];
  let forgotten = 0;
  let retried = 0;
  handleOutcome('shop/edge', outcome, {
    queue: { addAfter: (_, ms) => requeued.push(ms) },
    backoffs: { next: () => 250, forget: () => void forgotten++ },
    metrics: { reconciled: (one) => result.push(one), retried: () => void retried++ },
    refusals,
    log: pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) }),
  });
  return { result, requeued, forgotten, retried, log: lines };
};

const ROWS: readonly (readonly [Outcome, Omit<Reported, 'log'>, number])[] = [
  [{ kind: 'Done' }, { result: ['success'], requeued: [], forgotten: 1, retried: 0 }, 20],
  [
    { kind: 'Requeue', afterMs: 7, why: 'StatusPaced' },
    { result: ['requeue_after'], requeued: [7], forgotten: 1, retried: 0 },
    20,
  ],
  [
    { kind: 'Retry', error: new Error('x') },
    { result: ['error'], requeued: [250], forgotten: 0, retried: 1 },
    40,
  ],
  [
    { kind: 'Refused', afterMs: 9, what: ['x'] },
    { result: ['refused'], requeued: [9], forgotten: 1, retried: 0 },
    40,
  ],
];

test('a busy API server is not called before the time that it names', () => {
  const body = JSON.stringify({ details: { retryAfterSeconds: 3 } });
  const busy = new ApiError({ method: 'PATCH', path: '/x', httpStatus: 429, body });
  assert.deepEqual(handle({ kind: 'Retry', error: busy }).requeued, [3000]);
});

for (const [outcome, expected, level] of ROWS)
  test(`the outcome ${outcome.kind} is counted, logged once, and ${expected.requeued.length === 0 ? 'not requeued' : `requeued after ${expected.requeued} ms`}`, () => {
    const { log, ...reported } = handle(outcome);
    assert.deepEqual(reported, expected);
    assert.deepEqual(
      log.map((line) => line.level),
      [level],
    );
  });

test('a refusal is logged as a warning once, and again if it changes or recurs', () => {
  const refusals = new Map<string, string>();
  const levels = (outcome: Outcome) => handle(outcome, refusals).log.map(({ level }) => level);
  const refused = (...what: string[]): Outcome => ({ kind: 'Refused', afterMs: 9, what });
  const [warn, debug] = [[40], [20]];
  assert.deepEqual(levels(refused('Role: no', 'Service: no')), warn);
  for (let again = 0; again < 10; again++) {
    assert.deepEqual(levels(refused('Service: no', 'Role: no')), debug);
    assert.deepEqual(levels({ kind: 'Retry', error: new Error('lost') }), warn);
  }
  assert.deepEqual(levels(refused('Service: not now')), warn);
  assert.deepEqual(levels({ kind: 'Done' }), debug);
  assert.deepEqual(levels(refused('Service: not now')), warn);
});
