import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { writeFailure } from '../../../operator/reconcile/write-failure.ts';

const answer = (httpStatus: number, reason = '', message = '', causes: readonly object[] = []) =>
  new ApiError({
    method: 'PATCH',
    path: '/x',
    httpStatus,
    body: JSON.stringify({ reason, message, details: { causes } }),
  });

const ROWS: readonly (readonly [string, Error, string])[] = [
  ['an invalid object', answer(422, 'Invalid', 'spec.ports: Required'), 'Refused'],
  ['a missing right', answer(403, 'Forbidden', 'cannot patch'), 'Refused'],
  ['an object that is too large', answer(413), 'Refused'],
  ['a webhook that does not answer', answer(500, 'InternalError', 'failed calling webhook "x"'), 'Refused'],
  [
    'a namespace that is being deleted',
    answer(403, 'Forbidden', 'x', [{ reason: 'NamespaceTerminating' }]),
    'NamespaceTerminating',
  ],
  [
    'a field that is not in the schema',
    answer(
      500,
      'InternalError',
      'failed to create typed patch object: .spec.x: field not declared in schema',
    ),
    'Refused',
  ],
  ['a conflict', answer(409, 'Conflict'), 'Failed'],
  ['a missing namespace', answer(404, 'NotFound'), 'Failed'],
  ['too many requests', answer(429), 'Failed'],
  ['an expired token', answer(401), 'Failed'],
  ['an API server that is starting', answer(503), 'Failed'],
  ['an etcd that elects a leader', answer(500, 'InternalError', 'etcdserver: leader changed'), 'Failed'],
  ['no answer', new TransportError('Timeout', 'https://x', 'PATCH', 'nothing'), 'Failed'],
];

for (const [what, error, kind] of ROWS)
  test(`a write that fails with ${what} is ${kind}`, () => assert.equal(writeFailure(error).kind, kind));

test('a refusal keeps the API server’s message', () => {
  const failure = writeFailure(answer(422, 'Invalid', 'spec.ports: Required'));
  assert.equal(failure.kind === 'Refused' && failure.message, 'spec.ports: Required');
});
