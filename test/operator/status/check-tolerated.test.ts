import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTolerated } from '../../../operator/status/check-tolerated.ts';

test('nothing is said of a resource that would be admitted today', () => {
  assert.deepEqual(checkTolerated([]), []);
});

test('each field that would be refused today is named, up to ten lines, and what becomes of it', () => {
  const one = { path: 'spec.drain.delay', message: '60s leaves nothing; it was stored before: it stays' };
  assert.deepEqual(checkTolerated([one]), [
    {
      reason: 'NoLongerAdmitted',
      message:
        'The spec has what would be refused today: spec.drain.delay 60s leaves nothing; it was stored before: it stays. ' +
        'Correct it: until then the API server refuses changes of what is around it.',
    },
  ]);
  const [many] = checkTolerated(
    Array.from({ length: 40 }, (_, i) => ({
      path: `spec.backends[${i + 10}].healthCheck.tls`,
      message: 'is given',
    })),
  );
  assert.match(
    many?.message ?? '',
    /spec\.backends\[18\]\.healthCheck\.tls is given and 31 more\. Correct it/,
  );
});
