import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedOf } from '../../../operator/history/served.ts';
import type { Observed } from '../../../operator/status/observed.ts';
import {
  DOWN,
  deployment,
  failedReading,
  notPolled,
  observed,
  pod,
  REPORT,
  reading,
  replicaSet,
  STUCK,
} from '../status/fixtures.ts';

const READY = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True' }],
} as const;
const pods = [pod('a', 'n1', READY), pod('b', 'n2', READY)];
const OLDER = { revision: 'generation/6' };

/** Two replicas that serve generation 7, the observed one. */
const given = (more: Partial<Observed> = {}, spec: object = {}): Observed =>
  observed({ pods, readings: [reading('a'), reading('b')], replicaSets: [replicaSet()], ...more }, spec);

const ROWS: readonly (readonly [string, Observed, 'None' | 'Some' | 'All', string | undefined])[] = [
  ['both replicas report it', given(), 'All', '2'],
  ['one of two reports it', given({ readings: [reading('a'), reading('b', OLDER)] }), 'Some', '2'],
  ['none reports it', given({ readings: [reading('a', OLDER), reading('b', OLDER)] }), 'None', undefined],
  ['none was asked yet', given({ readings: [notPolled('a'), notPolled('b')] }), 'None', undefined],
  [
    'one does not answer any more, but had reported it',
    given({ readings: [reading('a'), failedReading('b', { last: REPORT })] }),
    'All',
    '2',
  ],
  ['one never answered', given({ readings: [reading('a'), failedReading('b')] }), 'Some', '2'],
  ['one is missing', given({ readings: [reading('a')] }), 'Some', '2'],
  [
    'they serve a later one',
    given({ readings: ['a', 'b'].map((name) => reading(name, { revision: 'generation/9' })) }),
    'All',
    '2',
  ],
  ['replicas of the previous revision report it', given({ deployment: STUCK, pods: [] }), 'Some', undefined],
  [
    'the controller has not seen the new template',
    given({ deployment: deployment({ observedGeneration: 2 }) }),
    'Some',
    undefined,
  ],
  ['the rollout waits for a probe', given({ gate: { kind: 'Trying', waiting: [] } }), 'Some', undefined],
  [
    'the workload was refused',
    given({ problems: [{ cause: 'Refused', kind: 'Deployment', name: 'l4b-edge', message: 'no' }] }),
    'Some',
    undefined,
  ],
  [
    'only another object was refused',
    given({ problems: [{ cause: 'NameTaken', kind: 'Service', name: 'l4b-edge', message: 'no' }] }),
    'All',
    '2',
  ],
  ['nothing runs', given({ deployment: DOWN, pods: [], readings: [] }), 'None', undefined],
  [
    'nothing is to run, and nothing does',
    given(
      {
        deployment: deployment({ replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 }),
        pods: [],
        readings: [],
      },
      { workload: { replicas: 0 } },
    ),
    'All',
    '2',
  ],
  [
    'all report it while the resource is paused, whatever becomes of the pods',
    given({ deployment: STUCK }, { paused: true }),
    'All',
    '2',
  ],
  ['the spec cannot be read', { ...given(), spec: undefined }, 'None', undefined],
];

for (const [what, input, by, podRevision] of ROWS)
  test(`if ${what}, it is served by ${by}`, () =>
    assert.deepEqual(servedOf(input), { generation: 7, by, podRevision }));
