import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Protocol } from '../../../proxy/configuration/binding.ts';
import type { Snapshot } from '../../../proxy/configuration/snapshot.ts';
import type { Target } from '../../../proxy/configuration/target.ts';
import { withoutOwnListeners } from '../../../proxy/table/own-listeners.ts';
import { configurationFor } from '../configurations.ts';

const target = (address: string, port: number): Target => ({ address, port, weight: 1, backup: false });
const OWN = '192.0.2.1';
const isOwn = (address: string): boolean => address === OWN;

const snapshot = (backend: object, targets: readonly Target[], listener: object = {}): Snapshot => ({
  revision: '1',
  configuration: configurationFor({
    listeners: [
      { name: 'web', port: 8080, backend: 'web', ...listener },
      { name: 'api', port: 8081, backend: 'other', ...listener },
    ],
    backends: [
      { name: 'other', endpoints: [{ address: '192.0.2.9', port: 8080 }] },
      { name: 'web', ...backend },
    ],
  }),
  targets: new Map([
    ['other', [target('192.0.2.9', 8080)]],
    ['web', targets],
  ]),
  findings: [],
});
const STATIC = { endpoints: [{ address: '192.0.2.2', port: 8080 }] };

test('an endpoint at another address or port is kept, and the snapshot is not copied', () => {
  const given = snapshot(STATIC, [target('192.0.2.2', 8080), target(OWN, 8082)]);
  assert.equal(withoutOwnListeners(given, isOwn), given);
});

test('the endpoint of a route is not used if it is a listener', () => {
  const routes = [{ hostnames: ['a.example'], backend: 'web' }];
  const given = snapshot(STATIC, [target(OWN, 8080)], {
    backend: 'other',
    tls: { mode: 'Passthrough', routes },
  });
  assert.deepEqual(withoutOwnListeners(given, isOwn).targets.get('web'), []);
});

test('an endpoint that is a listener of the proxy is not used, and the finding names the backend and its path', () => {
  for (const [port, listener] of [
    [8080, 'web'],
    [8081, 'api'],
  ] as const) {
    const others = [target('192.0.2.2', 8080)];
    const { targets, findings } = withoutOwnListeners(
      snapshot(STATIC, [target(OWN, port), ...others]),
      isOwn,
    );
    assert.deepEqual([...targets.keys()], ['other', 'web']);
    assert.deepEqual(targets.get('web'), others);
    assert.deepEqual(
      findings.map(({ code, backend, path }) => [code, backend, path]),
      [['OwnListener', 'web', 'spec.backends[1]']],
    );
    assert.match(
      findings[0]?.message ?? '',
      new RegExp(
        `endpoint 192.0.2.1:${port}, which is listener "${listener}" of this proxy.*the endpoint is not used`,
      ),
    );
  }
});

test('a listener that is bound to one address does not affect endpoints at other addresses of this machine', () => {
  const bound = (address: string): Snapshot => snapshot(STATIC, [target(OWN, 8080)], { address });
  for (const address of [OWN, `::ffff:${OWN}`, '0.0.0.0', '::'])
    assert.equal(withoutOwnListeners(bound(address), isOwn).findings.length, 1, address);
  for (const address of ['192.0.2.3', '127.0.0.1', '::1'])
    assert.equal(withoutOwnListeners(bound(address), isOwn).findings.length, 0, address);
});

test('no endpoint of a Service that selects the proxy’s own pod is used, since other replicas would send connections back', () => {
  const ofService = { service: { name: 'mine', port: 8080 } };
  const given = snapshot(ofService, [target('192.0.2.2', 8080), target(OWN, 8080)]);
  const { targets, findings } = withoutOwnListeners(given, isOwn);
  assert.deepEqual(targets.get('web'), []);
  assert.match(findings[0]?.message ?? '', /Service "mine" selects the balancer’s own pods, so none/);
});

test('an endpoint that has the port of a listener of another protocol is kept, unless its backend is used in that protocol', () => {
  const OTHER = 'OTHER' as Protocol;
  /** The snapshot in which the listener at port 8081 has another protocol, and the named backend. */
  const withOther = (backend: string): Snapshot => {
    const given = snapshot(STATIC, [target(OWN, 8081)]);
    const listeners = given.configuration.listeners.map((each) =>
      each.name === 'api' ? { ...each, protocol: OTHER, backend } : each,
    );
    return { ...given, configuration: { ...given.configuration, listeners } };
  };
  const apart = withOther('other');
  assert.equal(withoutOwnListeners(apart, isOwn), apart);
  assert.deepEqual(withoutOwnListeners(withOther('web'), isOwn).targets.get('web'), []);
});

test('an endpoint that is a listener is not used by a backend without listeners either', () => {
  const given = snapshot(STATIC, [target(OWN, 8081)]);
  const listeners = given.configuration.listeners.filter(({ backend }) => backend !== 'web');
  const unused = { ...given, configuration: { ...given.configuration, listeners } };
  assert.deepEqual(withoutOwnListeners(unused, isOwn).targets.get('web'), []);
});
