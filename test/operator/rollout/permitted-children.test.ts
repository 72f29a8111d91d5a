import assert from 'node:assert/strict';
import { test } from 'node:test';
import { children } from '../../../operator/desired/children.ts';
import type { Gate } from '../../../operator/rollout/gate.ts';
import { permittedChildren } from '../../../operator/rollout/permitted-children.ts';
import { wantedWorkload } from '../../../operator/rollout/wanted-workload.ts';
import { owner, RENDER } from '../owner.ts';

const wanted = children(owner({ workload: { autoscaling: { maxReplicas: 4 } } }), RENDER);
const workload = wantedWorkload(wanted) ?? assert.fail('there is no workload');
const stay = { spec: { containers: [{ name: 'proxy', image: 'older' }] } };
const record = { trial: 't', refusals: [], pods: 3 };

const permitted = (gate: Gate, live = {}) =>
  permittedChildren(gate, wanted, workload, { live, stay })
    .filter(({ wanted: manifest }) => manifest !== undefined)
    .map(({ kind }) => kind);
const ALL = wanted.flatMap(({ kind, wanted: manifest }) => (manifest === undefined ? [] : [kind]));
const without = (...kinds: readonly string[]) => ALL.filter((kind) => !kinds.includes(kind));

const held = (pods: number): Gate => ({ kind: 'Held', refusals: [], pods, probes: [] });
const ROWS: readonly (readonly [string, Gate, object, readonly string[]])[] = [
  ['an open gate permits all children', { kind: 'Open' }, {}, ALL],
  [
    'while sysctls are tried, the workload is left unchanged',
    { kind: 'Trying', waiting: [] },
    {},
    without('Deployment'),
  ],
  ['a refused probe holds back only the workload', held(0), workload.template, without('Deployment')],
  [
    'a rollout that was stopped with this template removes the autoscaler as well',
    held(3),
    workload.template,
    without('Deployment', 'HorizontalPodAutoscaler'),
  ],
  [
    'a rollout that was stopped and rolled back keeps its autoscaler',
    held(3),
    { spec: { nodeSelector: { other: 'nodes' } } },
    without('Deployment'),
  ],
  [
    'a stop that caps the replicas is applied first and removes the autoscaler',
    { kind: 'Stop', how: { kind: 'Cap', replicas: 1 }, record },
    {},
    ['Deployment', ...without('Deployment', 'HorizontalPodAutoscaler')],
  ],
  [
    'a stop that rolls back the template is applied first and keeps the autoscaler',
    { kind: 'Stop', how: { kind: 'RollBack', replicaSet: 'before' }, record },
    {},
    ['Deployment', ...without('Deployment')],
  ],
];

for (const [what, gate, live, kinds] of ROWS)
  test(what, () => assert.deepEqual(permitted(gate, live), kinds));

test('a stopped workload has the template to stay with', () => {
  const gate: Gate = { kind: 'Stop', how: { kind: 'Cap', replicas: 1 }, record };
  const [stopped] = permittedChildren(gate, wanted, workload, { live: undefined, stay });
  const manifest = stopped?.wanted as { spec?: { replicas?: number; template?: object } } | undefined;
  assert.equal(manifest?.spec?.replicas, 1);
  assert.deepEqual(manifest?.spec?.template, { ...stay, metadata: { labels: {} } });
});
