import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { ApiError, TransportError } from '../../../kube/errors.ts';
import { createOutage } from '../../../operator/proxy-reports/outage.ts';
import { createWatchLog } from '../../../operator/reconcile/watch-log.ts';
import { REPORT } from '../status/fixtures.ts';
import { lost, startScriptedCache } from '../watch/scripted-watches.ts';

const refused = new TransportError('ConnectionRefused', 'https://a', 'GET /', 'nothing listens');
const forbidden = new ApiError({ method: 'GET', path: '/', httpStatus: 403, body: '' });
const unknown = new ApiError({ method: 'GET', path: '/', httpStatus: 404, body: '' });
const blind = (code: string) => ({ ...REPORT, follows: false, loss: { code, problem: 'why' } });

test('a loss is not reported for each proxy while the API server is unavailable to the operator as well, nor until the proxies had time to reconnect', () => {
  let now = 0;
  const outage = createOutage(() => now);
  const isReported = (code: string): boolean => outage.explain(blind(code)).loss !== undefined;
  assert.equal(isReported('Timeout'), true, 'a network policy of the proxies alone');
  outage.note('Pod', lost(refused));
  outage.note('Service', lost(refused));
  assert.equal(isReported('Timeout'), false);
  assert.equal(isReported('Unauthorized'), true, 'the API server responded');
  assert.equal(outage.explain(blind('Timeout')).follows, false, 'it is polled again soon');
  outage.note('Pod', { connected: true });
  now = 100_000;
  assert.equal(isReported('Timeout'), false, 'another watch is still lost');
  outage.note('Service', { connected: true });
  now += 29_999;
  assert.equal(isReported('Timeout'), false);
  now += 1;
  assert.equal(isReported('Timeout'), true);
});

test('a refused watch of the operator is not an outage', () => {
  const outage = createOutage(() => 0);
  outage.note('Pod', lost(forbidden));
  assert.notEqual(outage.explain(blind('Timeout')).loss, undefined);
});

test('an optional kind that is missing or failing is not an outage', () => {
  const outage = createOutage(() => 0);
  outage.note('PodMonitor', lost(refused));
  assert.notEqual(outage.explain(blind('Timeout')).loss, undefined);
});

for (const [what, namespaces] of [
  ['everywhere', []],
  ['in namespaces of its own', ['shop', 'edge']],
] as const)
  test(`an outage ends even if the API server does not know an optional kind that is followed ${what}`, () => {
    let now = 0;
    const lines: string[] = [];
    const outage = createOutage(() => now);
    const log = pino({}, { write: (line) => lines.push(JSON.parse(line).msg) });
    const watchLog = createWatchLog(log);
    const { watches } = startScriptedCache(
      {
        onChange() {},
        onListed() {},
        onServed() {},
        onSynced() {},
        onState(kind, state, watch, namespace) {
          outage.note(kind, state, watch);
          watchLog.state(kind, state, watch, namespace);
        },
        onAbsent: watchLog.absent,
      },
      { namespaces },
    );
    const isReported = (): boolean => outage.explain(blind('Timeout')).loss !== undefined;
    const goAway = (): void => {
      for (const { onState } of watches.values()) onState?.(lost(refused));
    };
    const comeBack = (): void => {
      for (const [path, { onSync, onState }] of watches)
        if (path.endsWith('/podmonitors')) onState?.(lost(unknown));
        else {
          onSync(new Map(), 0);
          onState?.({ connected: true });
        }
    };
    const count = (message: RegExp): number => lines.filter((line) => message.test(line)).length;
    for (const outages of [1, 2]) {
      goAway();
      assert.equal(isReported(), false);
      comeBack();
      now += 30_000;
      assert.equal(isReported(), true, 'a proxy that somebody cut off');
      const groups = namespaces.length === 0 ? watches.size : namespaces.length;
      assert.equal(count(/^watch lost,/), outages * groups);
      assert.equal(count(/^watch recovered$|^watch no longer lost/), outages * groups);
    }
  });
