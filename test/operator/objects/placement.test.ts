import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEligible, type Placement } from '../../../operator/objects/placement.ts';
import { node } from '../rollout/cluster.ts';

const required = (...terms: readonly object[]): Placement => ({
  affinity: {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
  },
});
const expression = (key: string, operator: string, ...values: readonly string[]) =>
  required({ matchExpressions: [{ key, operator, values }] });

const TAINTED = node(
  'n1',
  { pool: 'a', cores: '8' },
  { taints: [{ key: 'edge', value: 'x', effect: 'NoSchedule' }] },
);
const PLAIN = node('n1', { pool: 'a', cores: '8' });

const ROWS: readonly (readonly [string, Placement, boolean, typeof PLAIN?])[] = [
  ['without requirements', {}, true],
  ['with a selector that matches', { nodeSelector: { pool: 'a' } }, true],
  ['with a selector for another value', { nodeSelector: { pool: 'b' } }, false],
  ['with a selector for a missing label', { nodeSelector: { zone: '' } }, false],
  ['In', expression('pool', 'In', 'b', 'a'), true],
  ['In without it', expression('pool', 'In', 'b'), false],
  ['NotIn', expression('pool', 'NotIn', 'b'), true],
  ['NotIn of a label that it lacks', expression('zone', 'NotIn', 'b'), true],
  ['NotIn with it', expression('pool', 'NotIn', 'a'), false],
  ['Exists', expression('pool', 'Exists'), true],
  ['DoesNotExist', expression('pool', 'DoesNotExist'), false],
  ['Gt', expression('cores', 'Gt', '7'), true],
  ['Gt of a label that it lacks', expression('zone', 'Gt', '0'), false],
  ['Lt', expression('cores', 'Lt', '8'), false],
  [
    'matching its name as a field',
    required({ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }),
    true,
  ],
  [
    'one of two terms',
    required(
      { matchExpressions: [{ key: 'zone', operator: 'Exists' }] },
      { matchExpressions: [{ key: 'pool', operator: 'Exists' }] },
    ),
    true,
  ],
  ['an empty term', required({}), false],
  [
    'a preference only',
    { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } } },
    true,
  ],
  ['with a taint that is not tolerated', {}, false, TAINTED],
  [
    'with a taint that is tolerated',
    { tolerations: [{ key: 'edge', value: 'x', effect: 'NoSchedule' }] },
    true,
    TAINTED,
  ],
  ['with a toleration of another value', { tolerations: [{ key: 'edge', value: 'y' }] }, false, TAINTED],
  ['with a toleration of the key', { tolerations: [{ key: 'edge', operator: 'Exists' }] }, true, TAINTED],
  ['with a toleration of everything', { tolerations: [{ operator: 'Exists' }] }, true, TAINTED],
  [
    'with a toleration of another effect',
    { tolerations: [{ operator: 'Exists', effect: 'NoExecute' }] },
    false,
    TAINTED,
  ],
  [
    'with a taint of effect PreferNoSchedule',
    {},
    true,
    node('n1', {}, { taints: [{ key: 'a', effect: 'PreferNoSchedule' }] }),
  ],
  ['when it is cordoned', {}, false, node('n1', {}, { unschedulable: true })],
];

for (const [what, placement, expected, on = PLAIN] of ROWS)
  test(`a node is ${expected ? '' : 'not '}eligible: ${what}`, () =>
    assert.equal(isEligible(on, placement), expected));
