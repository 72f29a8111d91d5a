import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decidePin,
  type PinInput,
  type Rendering,
  renderingBy,
  shapeDigest,
} from '../../../operator/desired/pin.ts';
import { CURRENT } from '../../../operator/desired/revisions/all.ts';
import { balancer } from '../owner.ts';

const spec = (more: object = {}) => balancer(more).spec;
const FROM = shapeDigest(spec());
const live = { revision: undefined, image: 'proxy:1', pullPolicy: undefined };
const settings = { proxyImage: 'proxy:2', pullPolicy: 'Always', kubelet: { major: 1, minor: 34 } } as const;
const input = (more: Partial<PinInput> = {}): PinInput => ({
  spec: spec(),
  annotations: undefined,
  rendering: { renderRevision: 'r1', renderedImage: 'proxy:1', renderedFrom: FROM },
  live,
  settings,
  ...more,
});

const ROWS: readonly (readonly [string, Partial<PinInput>, string])[] = [
  ['the pods have an old revision and image', {}, 'r1 proxy:1'],
  ['there are no pods yet', { live: undefined }, `${CURRENT} proxy:2`],
  ['the workload and the status are gone', { live: undefined, rendering: {} }, `${CURRENT} proxy:2`],
  ['the annotation requests it', { annotations: { 'l4balancer.dev/upgrade': 'true' } }, `${CURRENT} proxy:2`],
  ['the annotation has another value', { annotations: { 'l4balancer.dev/upgrade': 'false' } }, 'r1 proxy:1'],
  ['the spec changes the pods', { spec: spec({ tuning: { logLevel: 'warn' } }) }, `${CURRENT} proxy:2`],
  ['the pods were created before there were revisions', { rendering: {} }, 'r1 proxy:1'],
  [
    'the status was lost and the pods have the annotation',
    { rendering: {}, live: { ...live, revision: 'r2' } },
    'r2 proxy:1',
  ],
  [
    'a later operator rendered the pods',
    { rendering: { renderRevision: 'r99', renderedFrom: FROM } },
    'unchanged at r99',
  ],
  [
    'a later operator rendered the pods and the spec changes them',
    { rendering: { renderRevision: 'r99', renderedFrom: 'another' } },
    `${CURRENT} proxy:2`,
  ],
];

for (const [when, more, expected] of ROWS)
  test(`when ${when}, they are rendered as ${expected}`, () => {
    const pin = decidePin(input(more));
    assert.equal(
      pin.kind === 'Render' ? `${pin.revision} ${pin.settings.proxyImage}` : `unchanged at ${pin.revision}`,
      expected,
    );
  });

const THEN = { proxyImage: 'proxy:1', pullPolicy: 'IfNotPresent', kubelet: { major: 1, minor: 31 } } as const;
const kept = renderingBy({ kind: 'Render', revision: 'r1', settings: THEN, from: FROM });
const without = (...fields: readonly (keyof Rendering)[]): Rendering =>
  Object.fromEntries(Object.entries(kept).filter(([name]) => !fields.some((field) => field === name)));
const LIVE = { revision: 'r1', image: 'proxy:1', pullPolicy: 'Never' } as const;

const SETTINGS: readonly (readonly [string, Partial<PinInput>, PinInput['settings']])[] = [
  ['those of that time, whatever the operator’s current settings are', {}, THEN],
  [
    'the current ones when the spec changes the pods',
    { spec: spec({ tuning: { logLevel: 'warn' } }) },
    settings,
  ],
  [
    'the current ones when the annotation requests it',
    { annotations: { 'l4balancer.dev/upgrade': 'true' } },
    settings,
  ],
  ['the current ones for new pods', { live: undefined }, settings],
  [
    'with the pull policy of the pods if the status lacks it',
    { rendering: without('renderedPullPolicy'), live: LIVE },
    { ...THEN, pullPolicy: 'Never' },
  ],
  [
    'with the current kubelet if the status lacks it',
    { rendering: without('renderedKubelet') },
    { ...THEN, kubelet: settings.kubelet },
  ],
  [
    'with the current kubelet if the status has an invalid one',
    { rendering: { ...kept, renderedKubelet: 'old' } },
    { ...THEN, kubelet: settings.kubelet },
  ],
];
for (const [what, more, expected] of SETTINGS)
  test(`the operator settings that pods are rendered with are ${what}`, () => {
    const pin = decidePin(input({ rendering: kept, ...more }));
    assert.deepEqual(pin.kind === 'Render' && pin.settings, expected);
  });

const SAME: readonly (readonly [string, object])[] = [
  ['another listener', { listeners: [{ name: 'other', port: 9, backend: 'web' }] }],
  ['another Service', { service: { type: 'None' } }],
  ['more replicas', { workload: { replicas: 7 } }],
  ['an autoscaler', { workload: { autoscaling: { maxReplicas: 3 } } }],
  ['another budget', { workload: { disruptionBudget: { minAvailable: 1 } } }],
  ['another update strategy', { workload: { updateStrategy: { rollingUpdate: { maxSurge: 2 } } } }],
  [
    'an explicit default',
    { workload: { kind: 'Deployment', terminationGracePeriod: '60s', adminPort: 9901 } },
  ],
];
for (const [what, more] of SAME)
  test(`${what} does not change the shape of the pods`, () => assert.equal(shapeDigest(spec(more)), FROM));

const OTHER: readonly (readonly [string, object])[] = [
  ['another profile', { tuning: { profile: 'Tuned' } }],
  ['another kind of workload', { workload: { kind: 'DaemonSet' } }],
  ['a device', { workload: { extraResources: { 'intel.com/sriov': 1 } } }],
  ['a capacity', { capacity: { connections: 1 } }],
  ['an image', { workload: { image: 'other' } }],
  ['another admin port', { workload: { adminPort: 9902 } }],
];
for (const [what, more] of OTHER)
  test(`${what} changes the shape of the pods`, () => assert.notEqual(shapeDigest(spec(more)), FROM));

test('the order of labels does not change the shape of the pods', () => {
  const digest = (nodeSelector: object) => shapeDigest(spec({ workload: { nodeSelector } }));
  assert.equal(digest({ a: '1', b: '2' }), digest({ b: '2', a: '1' }));
});
