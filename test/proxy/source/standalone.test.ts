import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snapshotOfManifest } from '../../../proxy/source/standalone.ts';

const manifest = (scope: string) => `
apiVersion: l4balancer.dev/v1alpha1
kind: L4Balancer
metadata: {name: edge}
spec:
  listeners:
  - {name: web, port: 8080, backend: web, limits: {scope: ${scope}, connections: 10}}
  backends:
  - {name: web, endpoints: [{address: 192.0.2.1, port: 80}]}
`;

const read = (scope: string) => {
  const result = snapshotOfManifest(manifest(scope), 'r', { host: '127.0.0.1', port: 9901 });
  assert.ok(result.ok);
  return result.snapshot;
};

test('without a cluster, a limit for the cluster is one of this proxy, which is reported', () => {
  const { configuration, findings } = read('Cluster');
  const { limits } = configuration.listeners[0]?.policy ?? {};
  assert.deepEqual([limits?.connections, limits?.shared], [10, false]);
  assert.deepEqual(
    findings.map(({ code, listener, path }) => [code, listener, path]),
    [['FieldsIgnored', 'web', 'spec.listeners[0].limits.scope']],
  );
  assert.deepEqual(read('Replica').findings, []);
});

test('two entries with one certificate file are refused, since one of their keys would be ignored', () => {
  const files = '[{certificate: a.pem, key: a.key}, {certificate: a.pem, key: b.key}]';
  const text = manifest('Replica').replace(
    'limits:',
    `tls: {mode: Terminate, certificateFiles: ${files}}, limits:`,
  );
  const result = snapshotOfManifest(text, 'r', { host: '127.0.0.1', port: 9901 });
  assert.ok(!result.ok);
  assert.deepEqual(
    result.findings.map(({ path }) => path),
    ['spec.listeners[0].tls.certificateFiles[1].certificate'],
  );
  assert.match(result.findings[0]?.message ?? '', /"a\.pem" is already given/);
});
