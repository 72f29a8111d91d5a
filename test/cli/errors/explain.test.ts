import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXIT } from '../../../cli/errors/exit.ts';
import { explain } from '../../../cli/errors/explain.ts';
import { ApiError, CredentialsError, TransportError } from '../../../kube/errors.ts';

const answer = (httpStatus: number, reason: string, message: string) =>
  new ApiError({ method: 'GET', path: '/apis/x', httpStatus, body: JSON.stringify({ reason, message }) });
const lost = (code: 'ConnectionRefused' | 'CertificateRefused') =>
  new TransportError(code, 'https://api:6443', 'GET /apis/x', 'so it is');

const CASES: readonly {
  readonly name: string;
  readonly error: unknown;
  readonly exitCode: number;
  readonly message: RegExp;
}[] = [
  {
    name: 'a kubeconfig that is missing',
    error: new CredentialsError('NoCredentials', 'Cannot find an API server'),
    exitCode: EXIT.noAccess,
    message: /^Cannot find an API server$/,
  },
  {
    name: 'a login that is not accepted',
    error: answer(401, 'Unauthorized', 'Unauthorized'),
    exitCode: EXIT.noAccess,
    message: /log in again/,
  },
  {
    name: 'a missing right',
    error: answer(403, 'Forbidden', 'x is forbidden'),
    exitCode: EXIT.noAccess,
    message: /^Cannot list it: x is forbidden — docs\/cli\.md says which rights each command needs$/,
  },
  {
    name: 'an object that does not exist',
    error: answer(404, 'NotFound', 'pods "a" not found'),
    exitCode: EXIT.notFound,
    message: /pods "a" not found/,
  },
  {
    name: 'a cluster without the resource',
    error: answer(404, 'NotFound', 'the server could not find the requested resource'),
    exitCode: EXIT.notFound,
    message: /this cluster has no resource L4Balancer; install the operator/,
  },
  {
    name: 'an API server that does not answer',
    error: lost('ConnectionRefused'),
    exitCode: EXIT.unreachable,
    message: /^Cannot list it: no answer from the API server at https:\/\/api:6443/,
  },
  {
    name: 'a certificate that is not trusted',
    error: lost('CertificateRefused'),
    exitCode: EXIT.noAccess,
    message: /certificate-authority/,
  },
  {
    name: 'an overloaded API server',
    error: answer(429, 'TooManyRequests', 'slow down'),
    exitCode: EXIT.failed,
    message: /slow down/,
  },
  { name: 'anything else', error: new Error('so'), exitCode: EXIT.failed, message: /^Cannot list it: so$/ },
];

for (const { name, error, exitCode, message } of CASES)
  test(`${name} has exit code ${exitCode}, and the message says what to do`, () => {
    const explained = explain(error, 'list it');
    assert.equal(explained.exitCode, exitCode);
    assert.match(explained.message, message);
    assert.equal(explained.cause, error);
  });
