import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SPEC_SCHEMA, STATUS_SCHEMA } from '../../../crds/schemas.ts';
import type { Structural } from '../../../crds/structural.ts';
import { definitionSkew } from '../../../operator/objects/definition-skew.ts';

/** The operator's own schema as served by the API server, with its spec changed. */
const served = (change: (spec: Structural) => void = () => {}) => {
  const spec = structuredClone(SPEC_SCHEMA);
  change(spec);
  return { properties: { metadata: {}, spec, status: structuredClone(STATUS_SCHEMA) } };
};
const at = (schema: Structural, ...path: readonly string[]): Structural =>
  path.reduce<Structural>(
    (part, step) => (step === '[]' ? part.items : part.properties?.[step]) ?? assert.fail(step),
    schema,
  );

test('the operator’s own definition does not differ', () => {
  assert.deepEqual(definitionSkew(served()), { lacking: [], unknown: [] });
});

test('fields and values that one side lacks are found, in lists as well, without the contents of a missing field', () => {
  const { lacking, unknown } = definitionSkew(
    served((spec) => {
      delete at(spec, 'service').properties?.labels;
      delete spec.properties?.monitoring;
      at(spec, 'backends', '[]', 'algorithm').enum = ['RoundRobin', 'Fastest'];
      at(spec, 'listeners', '[]').properties = {
        ...at(spec, 'listeners', '[]').properties,
        ofTheFuture: { type: 'object', properties: { mode: { type: 'string' } } },
      };
    }),
  );
  assert.deepEqual(lacking, [
    ...['LeastConnections', 'Maglev', 'Random', 'SourceHash'].map(
      (one) => `spec.backends[].algorithm: ${one}`,
    ),
    'spec.monitoring',
    'spec.service.labels',
  ]);
  assert.deepEqual(unknown, ['spec.backends[].algorithm: Fastest', 'spec.listeners[].ofTheFuture']);
});
