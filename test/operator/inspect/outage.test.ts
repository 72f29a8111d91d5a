import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { createOutage } from '../../../operator/inspect/outage.ts';
import { REPORT } from '../status/fixtures.ts';

const refused = new TransportError('ConnectionRefused', 'https://a', 'GET /', 'nothing listens');
const forbidden = new ApiError({ method: 'GET', path: '/', httpStatus: 403, body: '' });
const away = (error: Error) => ({ connected: false, error, retryInMs: 1 }) as const;
const lost = (code: string) => ({ ...REPORT, follows: false, loss: { code, problem: 'why' } });

test('a loss is not told of each proxy while the API server is away for the operator as well, and until they had time to come back', () => {
  let now = 0;
  const outage = createOutage(() => now);
  const isTold = (code: string): boolean => outage.explain(lost(code)).loss !== undefined;
  assert.equal(isTold('Timeout'), true, 'a network policy of the proxies alone');
  outage.note('Pod', away(refused));
  outage.note('Service', away(refused));
  assert.equal(isTold('Timeout'), false);
  assert.equal(isTold('Unauthorized'), true, 'it was answered');
  assert.equal(outage.explain(lost('Timeout')).follows, false, 'it is asked again soon');
  outage.note('Pod', { connected: true });
  now = 100_000;
  assert.equal(isTold('Timeout'), false, 'another watch is still lost');
  outage.note('Service', { connected: true });
  now += 29_999;
  assert.equal(isTold('Timeout'), false);
  now += 1;
  assert.equal(isTold('Timeout'), true);
});

test('a watch of the operator that is refused is no outage', () => {
  const outage = createOutage(() => 0);
  outage.note('Pod', away(forbidden));
  assert.notEqual(outage.explain(lost('Timeout')).loss, undefined);
});
