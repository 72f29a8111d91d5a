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
    'an autoscaler, by the subresource that it came by',
    live({ replicas: 5 }, [
      OURS,
      entry('kube-controller-manager', { 'f:spec': { 'f:replicas': {} } }, 'scale'),
    ]),
    { by: ['kube-controller-manager (scale)'], where: ['spec.replicas'], isOperator: false },
  ],
  [
    'who owns what differs, and nobody who owns something else',
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
    'another operator, where only the own name owns what differs',
    live(image('theirs'), [OURS]),
    { by: [], isOperator: true },
  ],
  [
    'another operator by its name, where it has left one',
    live(image('theirs'), [OURS], { annotations: { 'l4balancer.dev/operator': 'b' } }),
    { by: ['b'], isOperator: true },
  ],
  [
    'another operator without a name, where the name is one’s own of an earlier repair',
    live(image('theirs'), [OURS], { annotations: { 'l4balancer.dev/operator': 'a' } }),
    { by: [], isOperator: true },
  ],
  [
    'nobody, where a field was removed',
    // Whoever removes a field owns nothing of it, and nor does anybody else any more.
    live({}, [entry('operator', { 'f:spec': { 'f:replicas': {} } }, undefined, 'Apply')], { labels: {} }),
    { by: [], where: ['metadata.labels.app'], isOperator: false },
  ],
  [
    'who owns the whole that the field is part of',
    live({ selector: { matchLabels: { app: 'edge', more: 'x' } } }, [
      entry('patcher', { 'f:spec': { 'f:selector': {} } }),
    ]),
    { by: ['patcher'], where: ['spec.selector'] },
  ],
  [
    'nobody, where nothing differs but how a quantity is written',
    live(image('ours'), [OURS]),
    { by: [], where: [] },
  ],
];

for (const [who, object, expected] of ROWS)
  test(`it was ${who}`, () => {
    const change = changedBy(object, WANTED, 'operator', 'a');
    assert.deepEqual(change, { ...change, ...expected });
  });

test('a port of a Service that nobody asked for is told with who added it', () => {
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
