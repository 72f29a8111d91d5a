import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIperf } from './measure/parse-iperf.ts';

test('the result counts the bytes that the receiver received, not those that were sent', () => {
  const end = { sum_sent: { bytes: 9, seconds: 1 }, sum_received: { bytes: 7, seconds: 2 } };
  assert.deepEqual(parseIperf(JSON.stringify({ end })), { bytes: 7, seconds: 2 });
});

test('an error of iperf3 is thrown with its message', () => {
  assert.throws(() => parseIperf('{"start": {}, "error": "the server is busy"}'), /the server is busy/);
});

test('a report without a sum is an error', () => {
  for (const text of ['{}', '{"end": {}}', '{"end": {"sum_received": {"bytes": 1, "seconds": 0}}}'])
    assert.throws(() => parseIperf(text), /lacks the number of bytes/, text);
});
