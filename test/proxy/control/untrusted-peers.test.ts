import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchUntrustedPeers } from '../../../proxy/control/untrusted-peers.ts';
import { CLOSES } from '../../../proxy/engine/close-reason.ts';
import { engineStats, listenerStats } from '../stats.ts';

/**
 * Figures of a listener that refused some peers as untrusted and trusted others; `accepted` are all, with
 * those that are still to be refused.
 */
const stats = (untrusted: number, trustedTotal = 0, acceptedTotal = untrusted + trustedTotal) => {
  const closes = CLOSES.map((close) => ({ ...close, total: 0 }));
  const index = closes.findIndex(({ reason }) => reason === 'ProxyHeaderUntrusted');
  closes[index] = { ...(closes[index] as (typeof closes)[0]), total: untrusted };
  return engineStats({ listeners: [listenerStats({ closes, acceptedTotal, trustedTotal })] });
};

test('a listener whose last peers were all untrusted is a finding that names some of them, and stays the same', () => {
  const watch = watchUntrustedPeers(() => 0);
  assert.deepEqual(watch.findings(stats(0)), []);
  for (const peer of ['192.0.2.7', '192.0.2.1', '192.0.2.7']) watch.onPeer('http', peer);
  assert.deepEqual(watch.findings(stats(4)), [], 'a port scanner comes now and then');
  const found = watch.findings(stats(9));
  assert.deepEqual(found, [
    {
      code: 'PeersUntrusted',
      path: 'spec.listeners[http].proxyProtocol.trustedSources',
      listener: 'http',
      message:
        'Listener "http" refuses every connection, because none comes from an address in proxyProtocol.trustedSources: they come from 192.0.2.1, 192.0.2.7. If these are the load balancers in front, add them to trustedSources; if they are nodes, which stand in for them, set service.externalTrafficPolicy to Local.',
    },
  ]);
  watch.onPeer('http', '192.0.2.3');
  const named = watch.findings(stats(1_000));
  for (const peer of ['192.0.2.8', '192.0.2.9']) watch.onPeer('http', peer);
  assert.deepEqual(watch.findings(stats(100_000)), named);
});

test('one peer that is trusted ends the finding, and strangers beside it are none', () => {
  const watch = watchUntrustedPeers(() => 0);
  assert.equal(watch.findings(stats(50)).length, 1);
  assert.deepEqual(watch.findings(stats(50, 1)), []);
  assert.deepEqual(watch.findings(stats(90, 2)), []);
  assert.equal(watch.findings(stats(140, 2)).length, 1);
});

test('on a busy listener, connections that are not refused yet are no reason to trust anybody', () => {
  const watch = watchUntrustedPeers(() => 0);
  watch.onPeer('http', '192.0.2.7');
  assert.equal(watch.findings(stats(50, 0, 53)).length, 1);
  for (const [refused, accepted] of [
    [90, 91],
    [91, 91],
    [4_000, 4_012],
  ] as const) {
    const [finding] = watch.findings(stats(refused, 0, accepted));
    assert.match(finding?.message ?? '', /192\.0\.2\.7/, `${refused} of ${accepted}`);
  }
});

test('the finding ends ten minutes after the last peer, and with its listener', () => {
  let now = 0;
  const watch = watchUntrustedPeers(() => now);
  assert.match(
    watch.findings(stats(50))[0]?.message ?? '',
    /: see the access log for where they come from\./,
  );
  now = 600_000;
  assert.equal(watch.findings(stats(50)).length, 1);
  now = 600_001;
  assert.deepEqual(watch.findings(stats(50)), []);
  assert.equal(watch.findings(stats(51)).length, 1);
  assert.deepEqual(watch.findings(engineStats({ listeners: [] })), []);
});
