import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lossOf } from '../../../operator/inspect/source-loss.ts';

const TABLE: readonly (readonly [what: string, stand: Parameters<typeof lossOf>[0], told: boolean])[] = [
  ['a source that is followed', { following: true }, false],
  ['a token that is not taken', { following: false, code: 'Unauthorized', lostForMs: 1 }, true],
  ['a right that is missing', { following: false, code: 'Forbidden', lostForMs: 1 }, true],
  [
    'a certificate that has expired',
    { following: false, code: 'CertificateRefused/CERT_HAS_EXPIRED', lostForMs: 1 },
    true,
  ],
  [
    'an API server that is away for a moment',
    { following: false, code: 'ConnectionRefused', lostForMs: 19_999 },
    false,
  ],
  [
    'an API server that is away for longer',
    { following: false, code: 'ConnectionRefused', lostForMs: 20_000 },
    true,
  ],
  ['a network that lets nothing through', { following: false, code: 'Timeout', lostForMs: 60_000 }, true],
  ['a proxy that does not say for how long', { following: false, code: 'Timeout' }, true],
];

for (const [what, stand, told] of TABLE)
  test(`${what} is ${told ? 'told' : 'not told'}`, () => {
    const loss = lossOf({ ...stand, problem: 'why' });
    assert.deepEqual(loss, told ? { code: stand.code, problem: 'why' } : undefined);
  });
