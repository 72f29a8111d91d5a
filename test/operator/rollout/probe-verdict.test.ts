import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../../operator/objects/pod.ts';
import { probeVerdict } from '../../../operator/rollout/probe-verdict.ts';
import { forbidden, pod } from '../status/fixtures.ts';

const waitingFor = (reason: string): Pod['status'] => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'proxy', state: { waiting: { reason } } }],
});

const ROWS: readonly (readonly [string, Pod['status'], string])[] = [
  ['is new', {}, 'Unsure: it has no node yet'],
  ['has completed', { phase: 'Succeeded' }, 'Accepted'],
  ['runs', { phase: 'Running' }, 'Accepted'],
  [
    'has its sandbox',
    { phase: 'Pending', conditions: [{ type: 'PodReadyToStartContainers', status: 'True' }] },
    'Accepted',
  ],
  ['cannot pull its image', waitingFor('ImagePullBackOff'), 'Accepted'],
  ['cannot start its container', waitingFor('CreateContainerError'), 'Accepted'],
  [
    'cannot be scheduled',
    {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }],
    },
    'Unsure: no node accepts it: 0/2 nodes are available',
  ],
  [
    'was evicted',
    { phase: 'Failed', reason: 'Evicted', message: 'memory' },
    'Unsure: its node terminated it: Evicted: memory',
  ],
];

for (const [what, status, expected] of ROWS)
  test(`the verdict of a probe that ${what} is ${expected}`, () => {
    const verdict = probeVerdict(pod('probe', undefined, status));
    assert.equal(verdict.kind === 'Unsure' ? `Unsure: ${verdict.why}` : verdict.kind, expected);
  });

test('a probe whose sandbox is being created, or cannot be created, gives no verdict yet', () => {
  assert.deepEqual(probeVerdict(pod('probe', 'n1', waitingFor('ContainerCreating'))), {
    kind: 'Unsure',
    why: 'node n1 has not created its sandbox yet',
  });
});

test('the verdict of a probe that its kubelet refuses names the node and the sysctl', () => {
  assert.deepEqual(probeVerdict(forbidden('probe', 'n1')), {
    kind: 'Refused',
    refusal: { node: 'n1', sysctls: ['net.core.somaxconn'] },
  });
});
