import assert from 'node:assert/strict';
import { test } from 'node:test';
import { socketFailure } from '../../../../proxy/health/check/failures.ts';
import type { CheckFailure } from '../../../../proxy/health/check/result.ts';

const TABLE: readonly { readonly code: string; readonly failure: CheckFailure }[] = [
  { code: 'ECONNREFUSED', failure: 'Refused' },
  { code: 'ECONNRESET', failure: 'Reset' },
  { code: 'EHOSTUNREACH', failure: 'Unreachable' },
  { code: 'ENETUNREACH', failure: 'Unreachable' },
  { code: 'ETIMEDOUT', failure: 'TimedOut' },
  { code: 'EMFILE', failure: 'Local' },
  { code: 'ENFILE', failure: 'Local' },
  { code: 'ENOBUFS', failure: 'Local' },
  { code: 'ENOMEM', failure: 'Local' },
  { code: 'EADDRNOTAVAIL', failure: 'Local' },
  { code: 'EACCES', failure: 'Other' },
];
for (const { code, failure } of TABLE)
  test(`a socket's ${code} counts as ${failure}`, () => {
    const result = socketFailure(Object.assign(new Error('x'), { code }));
    assert.deepEqual([result.ok, result.ok ? '' : result.failure], [false, failure]);
  });

test('EADDRNOTAVAIL means that an IPv6 endpoint is unreachable if this machine has no IPv6 address, else that ports ran out', () => {
  const error = Object.assign(new Error('x'), { code: 'EADDRNOTAVAIL', address: 'fd00::5' });
  const kind = (...families: readonly string[]) => {
    const result = socketFailure(error, () => families.map((family) => ({ family })));
    return result.ok ? 'ok' : result.failure;
  };
  assert.deepEqual([kind('IPv4'), kind('IPv4', 'IPv6')], ['Unreachable', 'Local']);
});
