import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseWrk } from './measure/parse-wrk.ts';

const output = (latency: string, end: string): string => `Running 3s test @ http://127.0.0.1:9001/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.62ms  543.21us  21.33ms   91.20%
    Req/Sec    39.81k     1.20k   41.77k    70.00%
  Latency Distribution
     50%    ${latency}
     75%    1.80ms
     90%    2.11ms
     99%    3.93ms
  ${end}
Requests/sec:  39800.12
Transfer/sec:      6.30MB
`;

test('a run without failures has a rate, and percentiles in milliseconds', () => {
  assert.deepEqual(parseWrk(output('1.55ms', '119402 requests in 3.00s, 18.90MB read')), {
    answered: 119_402,
    seconds: 3,
    perSecond: 119_402 / 3,
    p50: 1.55,
    p99: 3.93,
    failures: 0,
  });
});

test('times of wrk are converted to milliseconds from each of its units', () => {
  const cases = [
    ['154.00us', 0.154],
    ['12.31ms', 12.31],
    ['1.20s', 1200],
    ['1.50m', 90_000],
  ] as const;
  for (const [text, expected] of cases)
    assert.equal(parseWrk(output(text, '10 requests in 3.00s, 1MB read')).p50, expected, text);
});

test('failed sockets and other statuses count as failures, and other statuses not as answered', () => {
  const end = `100 requests in 2.00s, 1.00MB read
  Socket errors: connect 1, read 20, write 300, timeout 4000
  Non-2xx or 3xx responses: 40`;
  const { answered, perSecond, failures } = parseWrk(output('1.00ms', end));
  assert.deepEqual({ answered, perSecond, failures }, { answered: 60, perSecond: 30, failures: 4361 });
});

test('a run without responses has a rate of zero and no percentiles', () => {
  const end = `0 requests in 4.00s, 0.00B read
  Socket errors: connect 0, read 49000, write 0, timeout 0`;
  const { perSecond, p50, p99, failures } = parseWrk(output('0.00us', end));
  assert.deepEqual(
    { perSecond, p50, p99, failures },
    { perSecond: 0, p50: undefined, p99: undefined, failures: 49_000 },
  );
});

test('the duration of a run that lasted minutes is parsed', () => {
  assert.equal(parseWrk(output('1.00ms', '600 requests in 1.00m, 1.00MB read')).perSecond, 10);
});

test('output of an incomplete run is an error that quotes it', () => {
  assert.throws(() => parseWrk('unable to connect to 127.0.0.1:1 Connection refused'), /Connection refused/);
});
