import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { apiProblem } from '../../../proxy/source/api-problem.ts';

test('an unreachable server is reported with its address and a code that is the same at every retry', () => {
  const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const error = new TransportError('ConnectionRefused', 'https://10.96.0.1', 'GET /x', 'connect', cause);
  const { code, problem } = apiProblem('Services', error);
  assert.equal(code, 'ConnectionRefused/ECONNREFUSED');
  assert.match(
    problem,
    /^Cannot follow Services: .*https:\/\/10\.96\.0\.1.*check that the API server is running/,
  );
});

test('a rejected request is reported in the words of the API server', () => {
  const body = JSON.stringify({
    reason: 'Forbidden',
    message: 'services is forbidden: User "x" cannot list',
  });
  const { code, problem } = apiProblem(
    'Services',
    new ApiError({ method: 'GET', path: '/x', httpStatus: 403, body }),
  );
  assert.equal(code, 'Forbidden');
  assert.match(problem, /cannot list.*Role and a RoleBinding/);
});

test('any other error is reported with its name as the code', () => {
  assert.deepEqual(apiProblem('Services', new RangeError('odd')), {
    code: 'RangeError',
    problem: 'Cannot follow Services: odd',
  });
});
