import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterNode } from '../../../operator/objects/node.ts';
import { createNodeTracker } from '../../../operator/watch/node-tracker.ts';
import { trimNode } from '../../../operator/watch/trim-node.ts';

const READY = { type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T10:00:00Z' };
const node = (name: string, more: object = {}): ClusterNode => ({
  metadata: { name, uid: `uid-${name}`, labels: { pool: 'a' } },
  spec: { taints: [] },
  status: { conditions: [READY], nodeInfo: { kubeletVersion: 'v1.34.4' } },
  ...more,
});

const CHANGES: readonly (readonly [string, object, boolean])[] = [
  ['nothing', {}, false],
  [
    'a heartbeat',
    {
      status: {
        conditions: [
          { ...READY, lastHeartbeatTime: '2026-11-24T10:05:00Z' },
          { type: 'MemoryPressure', status: 'True' },
        ],
        nodeInfo: { kubeletVersion: 'v1.34.4' },
        images: [{ names: ['a'] }],
      },
    },
    false,
  ],
  ['a new resource version', { metadata: { ...node('n1').metadata, resourceVersion: '2' } }, false],
  ['another label', { metadata: { ...node('n1').metadata, labels: { pool: 'b' } } }, true],
  ['a taint', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }, true],
  ['a cordon', { spec: { unschedulable: true } }, true],
  ['another uid', { metadata: { name: 'n1', uid: 'new', labels: { pool: 'a' } } }, true],
  [
    'a kubelet that was unready for a moment',
    {
      status: {
        conditions: [{ ...READY, lastTransitionTime: '2026-11-24T11:00:00Z' }],
        nodeInfo: { kubeletVersion: 'v1.34.4' },
      },
    },
    true,
  ],
  [
    'another kubelet version',
    { status: { conditions: [READY], nodeInfo: { kubeletVersion: 'v1.35.0' } } },
    true,
  ],
];

for (const [what, more, expected] of CHANGES)
  test(`${what} is ${expected ? '' : 'not '}a change of a node`, () => {
    const book = createNodeTracker();
    assert.equal(book.note(trimNode(node('n1')), false), true);
    assert.equal(book.note(trimNode(node('n1', more)), false), expected);
  });

test('the removal of a node is a change, once', () => {
  const book = createNodeTracker();
  book.note(node('n1'), false);
  assert.deepEqual([book.note(node('n1'), true), book.note(node('n1'), true)], [true, false]);
});

test('the oldest kubelet decides while it exists', () => {
  const book = createNodeTracker();
  assert.equal(book.oldest().minor, 31);
  book.server({ major: 1, minor: 34 });
  assert.equal(book.oldest().minor, 34);
  book.note(node('n1', { status: { nodeInfo: { kubeletVersion: 'v1.32.1' } } }), false);
  assert.equal(book.oldest().minor, 32);
  book.note(node('n1'), true);
  assert.equal(book.oldest().minor, 34);
});
