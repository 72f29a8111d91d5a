import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../../kube/object.ts';
import { type Change, changedBy } from '../../../operator/reconcile/changed-by.ts';

const WANTED = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'l4b-edge', labels: { app: 'edge' } },
  spec: {
    replicas: 2,
    template: {
      spec: { containers: [{ name: 'proxy', image: 'ours', resources: { limits: { cpu: '1000m' } } }] },
    },
    selector: { matchLabels: { app: 'edge' } },
  },
};

const entry = (manager: string, fieldsV1: object, subresource?: string, operation = 'Update') => ({
  manager,
  operation,
  fieldsV1,
  ...(subresource === undefined ? {} : { subresource }),
});
const OURS = entry(
  'operator',
  {
    'f:metadata': { 'f:labels': { 'f:app': {} } },
    'f:spec': {
      'f:replicas': {},
      'f:selector': {},
      'f:template': {
        'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
      },
    },
  },
  undefined,
  'Apply',
);
const live = (spec: object, managedFields: readonly object[], metadata: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...WANTED.metadata, ...metadata, managedFields } as never,
  ...{ spec: { ...WANTED.spec, ...spec } },
});
const image = (text: string, more: readonly object[] = []) => ({
  template: {
    spec: { containers: [...more, { name: 'proxy', image: text, resources: { limits: { cpu: 1 } } }] },
  },
});

const ROWS: readonly (readonly [string, KubeObject, Partial<Change>])[] = [
  [
    'an autoscaler, through its subresource',
    live({ replicas: 5 }, [
      OURS,
      entry('kube-controller-manager', { 'f:spec': { 'f:replicas': {} } }, 'scale'),
    ]),
    { by: ['kube-controller-manager (scale)'], where: ['spec.replicas'], isOperator: false },
  ],
  [
    'the owner of the field that differs, and no owner of other fields',
    live(image('theirs', [{ name: 'sidecar' }]), [
      OURS,
      entry('injector', {
        'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"sidecar"}': {} } } } },
      }),
      entry('kubectl-edit', {
        'f:spec': {
          'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"proxy"}': { 'f:image': {} } } } },
        },
      }),
    ]),
    { by: ['kubectl-edit'], where: ['spec.template.spec.containers[proxy].image'] },
  ],
  [
    'another operator, if only the operator’s name owns what differs',
    live(image('theirs'), [OURS]),
    { by: [], isOperator: true },
  ],
  [
    'another operator with a name, if it has left one',
    live(image('theirs'), [OURS], { annotations: { 'l4balancer.dev/operator': 'b' } }),
    { by: ['b'], isOperator: true },
  ],
  [
    'another operator without a name, if the name is this operator’s from an earlier repair',
    live(image('theirs'), [OURS], { annotations: { 'l4balancer.dev/operator': 'a' } }),
    { by: [], isOperator: true },
  ],
  [
    'nobody known, if a field was removed',
    // A writer that removes a field does not own it, and neither does anybody else.
    live({}, [entry('operator', { 'f:spec': { 'f:replicas': {} } }, undefined, 'Apply')], { labels: {} }),
    { by: [], where: ['metadata.labels.app'], isOperator: false },
  ],
  [
    'the owner of a value that contains the field',
    live({ selector: { matchLabels: { app: 'edge', more: 'x' } } }, [
      entry('patcher', { 'f:spec': { 'f:selector': {} } }),
    ]),
    { by: ['patcher'], where: ['spec.selector'] },
  ],
  ['nobody, if only the notation of a quantity differs', live(image('ours'), [OURS]), { by: [], where: [] }],
];

for (const [who, object, expected] of ROWS)
  test(`the change was made by ${who}`, () => {
    const change = changedBy(object, WANTED, 'operator', 'a');
    assert.deepEqual(change, { ...change, ...expected });
  });

test('an unwanted port of a Service is reported with the manager that added it', () => {
  const wanted = { spec: { ports: [{ port: 80, protocol: 'TCP' }] } };
  const fieldsV1 = {
    'f:spec': { 'f:ports': { 'k:{"port":9901,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
  };
  const service = {
    metadata: { name: 'l4b-edge', managedFields: [entry('kubectl-patch', fieldsV1)] as never },
    spec: {
      ports: [
        { port: 80, protocol: 'TCP' },
        { port: 9901, protocol: 'TCP' },
      ],
    },
  };
  assert.deepEqual(changedBy(service, wanted, 'operator', 'a'), {
    by: ['kubectl-patch'],
    where: ['spec.ports[9901]'],
    what: 'Changed',
    isOperator: false,
  });
});
