import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../../program/otlp/problem-of.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED ::1:4318'), { code: 'ECONNREFUSED' });

for (const [error, problem] of [
  [refused, 'connect ECONNREFUSED ::1:4318'],
  [new AggregateError([refused, new Error('another')], ''), 'connect ECONNREFUSED ::1:4318'],
  [Object.assign(new Error(''), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
  [
    Object.assign(new Error('Bad Request'), { code: 400, data: 'no logs here\n' }),
    'it answers 400 Bad Request: no logs here',
  ],
  [Object.assign(new Error('Bad Request'), { code: 400, data: '\x08\x03' }), 'it answers 400 Bad Request'],
  [new Error('Export failed with retryable status'), 'it answers 429, 502, 503 or 504'],
  ['text', 'text'],
] as const)
  test(`what is told of a failed request is "${problem}"`, () => {
    assert.equal(problemOf(error), problem);
  });
