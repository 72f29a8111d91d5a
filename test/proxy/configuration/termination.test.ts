import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseManifest } from '../../../crds/parse-manifest.ts';
import type { ListenerConfiguration } from '../../../proxy/configuration/configuration.ts';
import { configurationOf } from '../../../proxy/configuration/from-l4balancer.ts';

/** The listener https of a manifest with these fields of TLS. */
const listenerWith = (tls: object, name = 'https'): ListenerConfiguration => {
  const { balancer, findings } = parseManifest(
    JSON.stringify({
      apiVersion: 'l4balancer.dev/v1alpha1',
      kind: 'L4Balancer',
      metadata: { name: 'edge' },
      spec: {
        listeners: [{ name, port: 8443, backend: 'web', tls }],
        backends: [{ name: 'web', endpoints: [{ address: '192.0.2.1', port: 80 }] }],
      },
    }),
    'Standalone',
  );
  assert.deepEqual(findings, []);
  assert.ok(balancer);
  return configurationOf(balancer.spec).listeners[0] as ListenerConfiguration;
};

const FILES = [
  { certificate: 'web.pem', key: 'web.key' },
  { certificate: 'rsa.pem', key: 'rsa.key' },
];

test('a listener that ends TLS has the defaults, and its certificates by the paths of their files', () => {
  const { policy, certificateNames, certificateFiles } = listenerWith({
    mode: 'Terminate',
    certificateFiles: FILES,
  });
  const { sessionContext, ...termination } = policy.tls?.termination ?? { sessionContext: '' };
  assert.deepEqual(termination, {
    minVersion: 'TLS1.2',
    cipherProfile: 'Intermediate',
    alpn: [],
    strictSni: false,
  });
  assert.match(sessionContext, /^[0-9a-f]{32}$/);
  assert.equal(policy.tls?.timeoutMs, 10_000);
  assert.deepEqual(certificateNames, ['web.pem', 'rsa.pem']);
  assert.deepEqual(certificateFiles, FILES);
});

test('what is set reaches the policy, and sessions do not depend on it', () => {
  const set = { minVersion: 'TLS1.3', cipherProfile: 'Modern', alpn: ['h2'], strictSni: true } as const;
  const some = listenerWith({ mode: 'Terminate', certificateFiles: FILES, ...set });
  const other = listenerWith({ mode: 'Terminate', certificateFiles: FILES.slice(0, 1) });
  const renamed = listenerWith({ mode: 'Terminate', certificateFiles: FILES }, 'renamed');
  const contextOf = ({ policy }: ListenerConfiguration) => policy.tls?.termination?.sessionContext;
  assert.deepEqual(some.policy.tls?.termination, { ...set, sessionContext: contextOf(other) });
  assert.notEqual(contextOf(renamed), contextOf(other));
});

test('a listener that passes TLS through has no certificates', () => {
  const { policy, certificateNames } = listenerWith({
    mode: 'Passthrough',
    routes: [{ hostnames: ['a.example'], backend: 'web' }],
  });
  assert.equal(policy.tls?.termination, undefined);
  assert.equal(certificateNames, undefined);
});
