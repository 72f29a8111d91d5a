import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { VERSION } from '../../../program/version.ts';
import { readResource } from '../../../proxy/source/read-resource.ts';

const endpoints = [{ address: '192.0.2.1', port: 1 }];
const resource = (fields: object): KubeObject =>
  ({
    apiVersion: 'l4balancer.dev/v1alpha1',
    kind: 'L4Balancer',
    metadata: { name: 'a-name-that-only-a-newer-version-takes'.repeat(3), namespace: 'n' },
    spec: {
      listeners: [
        { name: 'old', port: 80, backend: 'pg' },
        { name: 'web', port: 81, backend: 'web' },
      ],
      backends: [
        { name: 'pg', endpoints },
        { name: 'web', endpoints },
      ],
      ...fields,
    },
  }) as KubeObject;

test('what is not understood is reported with its path, the cause, the consequence and the remedy', () => {
  const { spec, findings, leftOut, written } = readResource(
    resource({
      backends: [
        { name: 'pg', endpoints, algorithm: 'Psychic' },
        { name: 'web', endpoints },
      ],
      accessLog: { mode: 'Traced' },
    }),
    undefined,
  );
  assert.deepEqual(
    spec?.listeners.map(({ name }) => name),
    ['web'],
  );
  assert.deepEqual(findings, [
    {
      code: 'NotUnderstood',
      backend: 'pg',
      path: 'spec.backends[0].algorithm',
      message: `"Psychic" is not supported: expected RoundRobin, LeastConnections, Random, SourceHash or Maglev; version ${VERSION} of the proxy does not understand this, so backend "pg" is not served; upgrade the proxy`,
    },
    {
      code: 'NotUnderstood',
      listener: 'old',
      path: 'spec.listeners[0].backend',
      message: 'listener "old" is not served, because its backend "pg" is not understood',
    },
    {
      code: 'NotUnderstood',
      path: 'spec.accessLog.mode',
      message: `"Traced" is not supported: expected Off, Errors, All or Sampled; version ${VERSION} of the proxy does not understand this, so spec.accessLog has its default value; upgrade the proxy`,
    },
  ]);
  assert.deepEqual(leftOut, { listeners: 1, backends: 1, parts: 1 });
  assert.deepEqual(
    written.backends.map(({ name }) => name),
    ['pg', 'web'],
  );
});

test('parts that only the operator reads need not be understood, and are not reported', () => {
  const { spec, findings, ignoredFields } = readResource(
    resource({
      service: { type: 'Anycast', labels: { a: 'b' } },
      networkPolicy: { kind: 'Admin' },
      readiness: { requireEndpoints: 'Half' },
      monitoring: { probe: true },
      paused: 'Until monday',
      workload: { futurePort: 9902 },
    }),
    undefined,
  );
  assert.deepEqual([spec?.listeners.length, findings, ignoredFields], [2, [], 0]);
});

test('an unknown field in any other part is reported', () => {
  const { findings, ignoredFields } = readResource(
    resource({ drain: { patience: 'Much' }, future: {} }),
    undefined,
  );
  assert.deepEqual(
    findings.map(({ path }) => path),
    ['spec.future', 'spec.drain.patience'],
  );
  assert.match(findings[0]?.message ?? '', /is unknown to version .* and has no effect; upgrade the proxy/);
  assert.equal(ignoredFields, 2);
});

test('a resource of which no listener would be left is not served, and the finding says so', () => {
  const { spec, findings } = readResource(
    resource({ listeners: [{ name: 'q', port: 80, protocol: 'QUIC', backend: 'pg' }] }),
    undefined,
  );
  assert.equal(spec, undefined);
  assert.match(
    findings[0]?.message ?? '',
    /listener "q" is not served; no listener would be left, so the previous configuration stays in effect; upgrade/,
  );
});

test('a Service of any name is followed, because the API server enforces the rules for names', () => {
  for (const name of ['l4b-served', 'l4b-edge'])
    assert.deepEqual(
      readResource(
        {
          ...resource({
            service: { type: 'None' },
            backends: [
              { name: 'pg', endpoints },
              { name: 'web', service: { name, port: 80 } },
            ],
          }),
          metadata: { name: 'edge', namespace: 'n' },
        },
        undefined,
      ).findings,
      [],
      name,
    );
});
