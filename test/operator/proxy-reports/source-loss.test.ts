import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossOf } from '../../../operator/proxy-reports/source-loss.ts';

const TABLE: readonly (readonly [what: string, state: Parameters<typeof lossOf>[0], isReported: boolean])[] =
  [
    ['a source that is followed', { following: true }, false],
    ['a token that is not accepted', { following: false, code: 'Unauthorized', lostForMs: 1 }, true],
    ['a missing permission', { following: false, code: 'Forbidden', lostForMs: 1 }, true],
    [
      'a certificate that has expired',
      { following: false, code: 'CertificateRefused/CERT_HAS_EXPIRED', lostForMs: 1 },
      true,
    ],
    [
      'an API server that is unavailable for a moment',
      { following: false, code: 'ConnectionRefused', lostForMs: 19_999 },
      false,
    ],
    [
      'an API server that is unavailable for longer',
      { following: false, code: 'ConnectionRefused', lostForMs: 20_000 },
      true,
    ],
    ['a network that drops everything', { following: false, code: 'Timeout', lostForMs: 60_000 }, true],
    ['a proxy that does not report for how long', { following: false, code: 'Timeout' }, true],
  ];

for (const [what, state, isReported] of TABLE)
  test(`${what} is ${isReported ? 'reported' : 'not reported'}`, () => {
    const loss = lossOf({ ...state, problem: 'why' });
    assert.deepEqual(loss, isReported ? { code: state.code, problem: 'why' } : undefined);
  });
