import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchMissingHeaders } from '../../../proxy/control/missing-headers.ts';
import { CLOSES, type CloseReason } from '../../../proxy/engine/close-reason.ts';
import { engineStats, listenerStats } from '../stats.ts';

/** Figures of a listener that closed so many connections for this reason, and relayed so many bytes. */
const stats = (reason: CloseReason, total: number, receivedBytes = 0) => {
  const first = CLOSES.findIndex((close) => close.reason === reason);
  const closes = CLOSES.map((close, index) => ({ ...close, total: index === first ? total : 0 }));
  return engineStats({ listeners: [listenerStats({ closes, receivedBytes, trustedTotal: total })] });
};

test('a listener to which only peers without a PROXY header have connected of late is a finding', () => {
  for (const reason of ['ProxyHeaderMissing', 'ProxyHeaderMalformed'] as const) {
    const watch = watchMissingHeaders(() => 0);
    assert.deepEqual(watch.findings(stats(reason, 4)), []);
    assert.deepEqual(watch.findings(stats(reason, 5)), [
      {
        code: 'ProxyHeadersMissing',
        path: 'spec.listeners[http].proxyProtocol',
        listener: 'http',
        message:
          'Listener "http" refuses every connection, because none of its trusted peers begins with a PROXY header of a version that proxyProtocol.accept allows. Switch the PROXY protocol on in the load balancer in front, or remove proxyProtocol from the listener.',
      },
    ]);
  }
});

test('bytes that are relayed end the finding, and health checks without a header beside them are none', () => {
  const watch = watchMissingHeaders(() => 0);
  assert.equal(watch.findings(stats('ProxyHeaderMissing', 50)).length, 1);
  assert.deepEqual(watch.findings(stats('ProxyHeaderMissing', 50, 100)), []);
  assert.deepEqual(watch.findings(stats('ProxyHeaderMissing', 54, 200)), []);
  assert.deepEqual(watch.findings(stats('ProxyHeaderMissing', 58, 300)), []);
  assert.equal(watch.findings(stats('ProxyHeaderMissing', 63, 300)).length, 1);
});

test('peers that are refused for other reasons are no finding, and a listener that goes takes its finding along', () => {
  const watch = watchMissingHeaders(() => 0);
  assert.deepEqual(watch.findings(stats('ProxyHeaderUntrusted', 50)), []);
  assert.equal(watch.findings(stats('ProxyHeaderMissing', 50)).length, 1);
  assert.deepEqual(watch.findings(engineStats({ listeners: [] })), []);
});
