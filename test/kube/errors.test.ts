import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ApiError, errorCode } from '../../kube/errors.ts';
import { explainFailure } from '../../kube/explain-failure.ts';

const status = (reason: string, more: object = {}) =>
  JSON.stringify({ kind: 'Status', message: 'why', reason, ...more });

const ANSWERS = [
  [400, status('BadRequest'), 'BadRequest', ''],
  [401, status('Unauthorized'), 'Unauthorized', 'expired'],
  [403, status('Forbidden'), 'Forbidden', 'RoleBinding'],
  [404, status('NotFound'), 'NotFound', 'does not exist'],
  [409, status('AlreadyExists'), 'AlreadyExists', 'apply it instead'],
  [409, status('Conflict'), 'Conflict', 'read it again'],
  [410, status('Expired'), 'Gone', 'list again'],
  [413, status('RequestEntityTooLarge'), 'TooLarge', 'size limit'],
  [422, status('Invalid'), 'Invalid', 'correct these fields'],
  [429, status('TooManyRequests'), 'TooManyRequests', 'later'],
  [500, status('InternalError'), 'ServerError', ''],
  [503, 'upstream connect error', 'Unavailable', ''],
  [504, status('Timeout'), 'Unavailable', ''],
  [418, '', 'Unexpected', ''],
] as const;

describe('an error answer of the API server', () => {
  for (const [httpStatus, body, code, hint] of ANSWERS) {
    test(`${httpStatus} ${body.slice(0, 60)} is ${code}`, () => {
      const error = new ApiError({ method: 'GET', path: '/p', httpStatus, body });
      assert.equal(error.code, code);
      assert.equal(error.httpStatus, httpStatus);
      assert.ok(error.message.startsWith(`GET /p: ${httpStatus} `), error.message);
      assert.ok(error.hint.includes(hint), error.hint);
      assert.ok(error.message.endsWith(error.hint));
    });
  }

  test('keeps the causes by field', () => {
    const causes = [
      { reason: 'FieldValueInvalid', message: 'must be less than 65536', field: 'spec.ports[0].port' },
    ];
    const body = status('Invalid', { details: { causes } });
    const error = new ApiError({ method: 'PATCH', path: '/p', httpStatus: 422, body });
    assert.deepEqual(error.causes, causes);
    assert.equal(error.serverMessage, 'why');
  });

  const waits = [
    ['details', status('TooManyRequests', { details: { retryAfterSeconds: 3 } }), undefined, 3_000],
    ['the header', '', '5', 5_000],
    ['neither', '', undefined, undefined],
    ['the header, as long as is believed', '', '60', 60_000],
    ['the header of a gateway', '', '3600', 60_000],
    [
      'details, longer than a timer allows',
      status('TooManyRequests', { details: { retryAfterSeconds: 3_000_000 } }),
      undefined,
      60_000,
    ],
    ['a negative header', '', '-1', undefined],
    ['a header that is a date', '', 'Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ] as const;
  for (const [where, body, retryAfter, ms] of waits) {
    test(`requests to wait ${ms} ms by ${where}`, () => {
      const error = new ApiError({ method: 'GET', path: '/p', httpStatus: 429, body, retryAfter });
      assert.equal(error.retryAfterMs, ms);
    });
  }

  test('that is an HTML page is shown in one short line', () => {
    const body = `<html>\n\n  <body>${'x'.repeat(5_000)}`;
    const error = new ApiError({ method: 'GET', path: '/p', httpStatus: 502, body });
    assert.ok(error.message.length < 400);
    assert.equal(error.message.includes('\n'), false);
  });
});

describe('a missing answer', () => {
  const fail = (code: string) => new Error('outer', { cause: Object.assign(new Error('inner'), { code }) });
  const cases = [
    ['ECONNREFUSED', 'ConnectionRefused', 'check that the API server is running'],
    ['ENOTFOUND', 'HostNotFound', 'DNS'],
    ['EAI_AGAIN', 'HostNotFound', 'DNS'],
    ['EHOSTUNREACH', 'Unreachable', 'firewall'],
    ['CERT_HAS_EXPIRED', 'CertificateRefused', 'renewed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'CertificateRefused', 'certificate-authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'CertificateRefused', 'tls-server-name'],
    ['UND_ERR_CONNECT_TIMEOUT', 'Timeout', 'slow'],
    ['HPE_INVALID_CONSTANT', 'BadAnswer', 'proxies in between'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'BadAnswer', 'not an API server'],
    ['UND_ERR_SOCKET', 'ConnectionLost', 'restarted'],
    ['UND_ERR_DESTROYED', 'Stopped', 'cancelled'],
    ['SOMETHING_NEW', 'ConnectionLost', 'lost'],
  ] as const;
  for (const [systemCode, code, advice] of cases) {
    test(`because of ${systemCode} is ${code}`, () => {
      const cause = fail(systemCode);
      const error = explainFailure(cause, 'https://10.0.0.1', 'GET /p');
      assert.equal(error.code, code);
      assert.equal(error.causeCode, systemCode);
      assert.equal(error.cause, cause);
      assert.match(error.message, /^GET \/p: no answer from the API server at https:\/\/10\.0\.0\.1: inner/);
      assert.ok(error.message.includes(systemCode));
      assert.ok(error.message.includes(advice), error.message);
    });
  }

  test('from several addresses reports the first one', () => {
    const inner = Object.assign(new Error('connect ECONNREFUSED ::1:6443'), { code: 'ECONNREFUSED' });
    const error = explainFailure(new AggregateError([inner], ''), 'https://localhost:6443', 'GET /p');
    assert.equal(error.code, 'ConnectionRefused');
    assert.ok(error.message.includes('::1:6443'));
    assert.equal(errorCode('not an error'), '');
  });
});
