import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../../kube/errors.ts';
import { goneReplicas, recordedLimits } from '../../../operator/reconcile/recorded-limits.ts';

const root = (status?: unknown) => ({ metadata: { name: 'edge', namespace: 'shop' }, status });
const failure = (httpStatus: number) => new ApiError({ method: 'GET', path: '/x', httpStatus, body: '' });
const LIMITS = [
  { listener: 'web', limit: 'connections', shares: [{ replica: 'a', share: 1, reserved: 2, version: 3 }] },
];

test('shares are read from the status; what somebody else has made unreadable counts as nothing', () => {
  assert.deepEqual(recordedLimits(root({ replicas: 1, limits: LIMITS })), LIMITS);
  for (const status of [undefined, {}, { limits: [{}] }, { limits: [{ ...LIMITS[0], shares: [{}] }] }])
    assert.deepEqual(recordedLimits(root(status)), []);
});

test('a replica is gone only if the API server has no such pod', async () => {
  const asked: unknown[] = [];
  const gone = await goneReplicas(['a', 'b', 'c'], root(), async (ref) => {
    asked.push(ref);
    if (ref.name === 'b') throw failure(404);
    if (ref.name === 'c') throw failure(503);
    return { metadata: { name: ref.name } };
  });
  assert.deepEqual([...gone], ['b']);
  assert.deepEqual(asked[0], { apiVersion: 'v1', kind: 'Pod', name: 'a', namespace: 'shop' });
});
