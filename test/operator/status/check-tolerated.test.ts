import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTolerated } from '../../../operator/status/check-tolerated.ts';

test('a resource that would be admitted today causes no warning', () => {
  assert.deepEqual(checkTolerated([]), []);
});

test('the warning names each field that would be refused today and its effect, up to ten of them', () => {
  const one = { path: 'spec.drain.delay', message: '60s leaves nothing; it was stored before: it stays' };
  assert.deepEqual(checkTolerated([one]), [
    {
      reason: 'NoLongerAdmitted',
      message:
        'The spec contains values that would be refused today: spec.drain.delay 60s leaves nothing; it was stored before: it stays. ' +
        'Correct them: until then, the API server refuses changes to the fields around them.',
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
    /spec\.backends\[18\]\.healthCheck\.tls is given and 31 more\. Correct them/,
  );
});
