import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIperf } from './measure/parse-iperf.ts';

test('what the receiver got is the result, not what the sender sent', () => {
  const end = { sum_sent: { bytes: 9, seconds: 1 }, sum_received: { bytes: 7, seconds: 2 } };
  assert.deepEqual(parseIperf(JSON.stringify({ end })), { bytes: 7, seconds: 2 });
});

test('an error of iperf3 is passed on in its words', () => {
  assert.throws(() => parseIperf('{"start": {}, "error": "the server is busy"}'), /the server is busy/);
});

test('a report without a sum is an error', () => {
  for (const text of ['{}', '{"end": {}}', '{"end": {"sum_received": {"bytes": 1, "seconds": 0}}}'])
    assert.throws(() => parseIperf(text), /did not say/, text);
});
