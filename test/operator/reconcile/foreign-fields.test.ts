import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { foreignFields } from '../../../operator/reconcile/foreign-fields.ts';

const DEPLOYMENT = {
  metadata: {
    name: 'l4b-edge',
    annotations: { 'example.com/a': 'b' },
    managedFields: [
      {
        manager: 'operator',
        fieldsV1: { 'f:spec': { 'f:strategy': { 'f:type': {}, 'f:rollingUpdate': { 'f:maxSurge': {} } } } },
      },
      {
        manager: 'kubectl-patch',
        fieldsV1: {
          'f:metadata': { 'f:annotations': { 'f:example.com/a': {} } },
          'f:spec': {
            'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {} } },
            'f:template': {
              'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { 'f:lifecycle': {} } } },
            },
          },
        },
      },
    ],
  },
  spec: {
    strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } },
    template: { spec: { containers: [{ name: 'sidecar' }, { name: 'proxy', lifecycle: {} }] } },
    paused: true,
  },
} as KubeObject;

const WANTED = {
  spec: {
    strategy: { type: 'Recreate' },
    template: { spec: { containers: [{ name: 'proxy', image: 'x' }] } },
  },
};

const ROWS: readonly (readonly [string, readonly string[]])[] = [
  ['spec.strategy.rollingUpdate', ['kubectl-patch']],
  ['spec.template.spec.containers[1].lifecycle', ['kubectl-patch']],
  ['metadata.annotations[example.com/a]', ['kubectl-patch']],
  ['spec.strategy.type', []],
  ['spec.strategy', []],
  ['spec.template.spec.containers[1]', []],
  // Owned by the operator and by another manager: it remains after the operator gives it up.
  ['spec.strategy.rollingUpdate.maxSurge', ['kubectl-patch']],
  ['spec.paused', []],
  ['spec.nothing.there', []],
  ['', []],
];

for (const [field, by] of ROWS)
  test(`"${field}" was set by ${by.length === 0 ? 'no other manager' : by}`, () => {
    assert.deepEqual(
      foreignFields(DEPLOYMENT, WANTED, [field], 'operator'),
      by.length === 0 ? [] : [{ field, by }],
    );
  });
