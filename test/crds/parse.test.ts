import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseL4Balancer } from '../../crds/parse.ts';
import { type Loose, manifest, manifestWith, manifestWithBackend } from './base-manifest.ts';

const RUBBISH: readonly unknown[] = [
  undefined,
  null,
  0,
  Number.NaN,
  '',
  'text',
  true,
  [],
  [[]],
  5n,
  Symbol('s'),
  () => 0,
  new Date(0),
  new Map(),
  Object.create(null),
  {},
  JSON.parse('{"__proto__": {"kind": "L4Balancer"}}'),
];

test('input that is not a resource results in findings, not an exception', () => {
  for (const input of RUBBISH) {
    for (const unknownFields of ['Refuse', 'Report'] as const) {
      const { balancer, findings } = parseL4Balancer(input, unknownFields);
      assert.equal(balancer, undefined);
      assert.notEqual(findings.length, 0);
    }
  }
});

test('an object of another kind is reported as such, without findings about its fields', () => {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec: { ports: [] } };
  assert.deepEqual(parseL4Balancer(service, 'Refuse').findings, [
    { path: 'apiVersion', message: '"v1" is not supported: expected l4balancer.dev/v1alpha1' },
    { path: 'kind', message: '"Service" is not supported: expected L4Balancer' },
  ]);
});

test('a value of the wrong type is reported at its path, for each part of a resource', () => {
  const cases: readonly (readonly [Loose, readonly string[]])[] = [
    [{ metadata: 5 }, ['metadata']],
    [{ metadata: null }, ['metadata']],
    [{ metadata: {} }, ['metadata.name']],
    [{ metadata: { name: 5 } }, ['metadata.name']],
    [{ metadata: { name: 'edge', labels: { a: 5 } } }, ['metadata.labels.a']],
    [{ spec: 'x' }, ['spec']],
    [{ spec: null }, ['spec']],
    [{ spec: [] }, ['spec']],
    [{ spec: {} }, ['spec.listeners', 'spec.backends']],
    [{ spec: { listeners: {}, backends: 5 } }, ['spec.listeners', 'spec.backends']],
    [{ spec: { listeners: [null], backends: ['a'] } }, ['spec.listeners[0]', 'spec.backends[0]']],
  ];
  for (const [fields, paths] of cases) {
    const { findings } = parseL4Balancer({ ...manifest(), ...fields }, 'Report');
    assert.deepEqual(
      findings.map(({ path }) => path),
      paths,
      JSON.stringify(fields),
    );
  }
});

test('input nested 100,000 levels deep does not overflow the stack', () => {
  let deep: unknown = {};
  for (let i = 0; i < 100_000; i++) deep = i % 2 === 0 ? [deep] : { deep };
  const inputs = [
    deep,
    { ...manifest(), spec: deep },
    manifestWith({ listeners: deep }),
    manifestWith({ workload: { affinity: { nodeAffinity: { deep } } } }),
    { ...manifest(), metadata: { name: 'edge', annotations: deep } },
    manifestWith({
      listeners: [{ name: 5 }, { name: 'web', port: 1, backend: 'web' }],
      workload: { affinity: { nodeAffinity: { deep } } },
    }),
  ];
  for (const input of inputs) assert.doesNotThrow(() => parseL4Balancer(input, 'Refuse'));
});

test('keys such as __proto__ and constructor are unknown fields and change no prototype', () => {
  const input: unknown = JSON.parse(
    JSON.stringify(manifest()).replace('"spec":{', '"spec":{"__proto__":{"paused":true},"constructor":1,'),
  );
  const { balancer, ignored } = parseL4Balancer(input, 'Report');
  assert.deepEqual(ignored, ['spec.__proto__', 'spec.constructor']);
  assert.equal(balancer?.spec.paused, false);
  assert.equal(Object.getPrototypeOf(balancer?.spec), Object.prototype);
});

test('all problems are reported at once: of the schema, repeated entries, rules and unknown fields', () => {
  const input = manifestWith({
    listeners: [
      { name: 'web', port: 8080, backend: 'wbe' },
      { name: 'Api', port: 8080, backend: 'web' },
      { name: 'web', port: 9901, backend: 'web', prot: 'TCP' },
    ],
    backends: [
      { name: 'web', service: { name: 'web', port: '80' }, healthCheck: { timeout: '1min', interval: '2h' } },
    ],
    tuning: { acceptors: 2.5, profile: 'Tuned' },
  });
  assert.deepEqual(
    parseL4Balancer(input, 'Refuse').findings.map(({ path }) => path),
    [
      'spec.listeners[1].name',
      'spec.backends[0].healthCheck.timeout',
      'spec.tuning.acceptors',
      'spec.listeners[2].name',
      'spec.listeners[2].port',
      'spec.listeners[0].backend',
      'spec.backends[0].service.port',
      'spec.backends[0].healthCheck.interval',
      'spec.listeners[2].prot',
    ],
  );
});

test('an invalid list entry does not hide conflicts between the other entries', () => {
  const input = manifestWith({
    listeners: [
      { name: 'a', port: 8080, backend: 'web' },
      { name: 'b', port: 'x', backend: 'web' },
      null,
      { name: 'd', port: 8080, backend: 'web' },
    ],
  });
  assert.deepEqual(
    parseL4Balancer(input, 'Refuse').findings.map(({ path }) => path),
    ['spec.listeners[1].port', 'spec.listeners[2]', 'spec.listeners[3].port'],
  );
});

const HINTS: readonly (readonly [string, Loose, string, string])[] = [
  [
    'misspelled',
    manifestWithBackend({ algoritm: 'x' }),
    'spec.backends[0].algoritm',
    'did you mean algorithm?',
  ],
  [
    'in different letter case',
    manifestWithBackend({ HealthCheck: {} }),
    'spec.backends[0].HealthCheck',
    'did you mean healthCheck?',
  ],
  ['in the wrong object', manifestWith({ sysctls: [] }), 'spec.sysctls', 'it belongs at spec.tuning.sysctls'],
  ['outside spec', { ...manifest(), listeners: [] }, 'listeners', 'it belongs at spec.listeners'],
  ['misspelled at the top level', { ...manifest(), metdata: {} }, 'metdata', 'did you mean metadata?'],
  ['misspelled in metadata', manifest(undefined, { lables: {} }), 'metadata.lables', 'did you mean labels?'],
  [
    'unlike any known one',
    manifestWith({ networkPolicy: { zzzzzzz: 1 } }),
    'spec.networkPolicy.zzzzzzz',
    'spec.networkPolicy has enabled, clients, monitoringNamespaces',
  ],
];

for (const [what, input, path, hint] of HINTS) {
  test(`an unknown field ${what} is refused in a file, and only reported for an object from the API server`, () => {
    const refused = parseL4Balancer(input, 'Refuse');
    assert.deepEqual(refused.findings, [{ path, message: `is not a known field; ${hint}` }]);
    assert.deepEqual([refused.balancer, refused.ignored], [undefined, []]);
    const reported = parseL4Balancer(input, 'Report');
    assert.deepEqual([reported.findings, reported.ignored], [[], [path]]);
    assert.ok(reported.balancer);
  });
}

test('an object read back from the API server is accepted with its metadata', () => {
  const stored = {
    ...manifest(undefined, {
      namespace: 'team',
      uid: '1',
      generation: 3,
      resourceVersion: '7',
      creationTimestamp: '2026-01-01T00:00:00Z',
      managedFields: [{ manager: 'kubectl' }],
      labels: { a: 'b' },
      annotations: null,
    }),
    status: { observedGeneration: 3, acceptors: 8, addresses: [{ type: 'Hostname', value: 'a' }] },
  };
  for (const unknownFields of ['Refuse', 'Report'] as const) {
    const { balancer, findings, ignored } = parseL4Balancer(stored, unknownFields);
    assert.deepEqual([findings, ignored], [[], []]);
    assert.equal(balancer?.metadata.generation, 3);
    assert.equal(balancer?.metadata.uid, '1');
    assert.deepEqual(balancer?.status, stored.status);
  }
});

test('a status that does not parse does not prevent the spec from being served', () => {
  const { balancer, findings } = parseL4Balancer({ ...manifest(), status: { acceptors: 'many' } }, 'Report');
  assert.deepEqual(findings, []);
  assert.ok(balancer);
  assert.equal('status' in balancer, false);
});

test('a resource that is being deleted is accepted', () => {
  const input = manifest(undefined, { deletionTimestamp: '2026-01-01T00:00:00Z' });
  assert.equal(parseL4Balancer(input, 'Report').balancer?.metadata.deletionTimestamp, '2026-01-01T00:00:00Z');
});

test('one endpoint in two notations is refused only in a file, as the API server cannot refuse it', () => {
  const endpoints = ['FD00::1', 'fd00::1'].map((address) => ({ address, port: 8080 }));
  const twice = manifestWith({ backends: [{ name: 'web', endpoints }] });
  assert.equal(parseL4Balancer(twice, 'Refuse').findings.length, 1);
  assert.deepEqual(parseL4Balancer(twice, 'Report').findings, []);
});
