import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideDrain } from '../../../proxy/control/decide-drain.ts';

const file = { kind: 'File', path: 'edge.yaml' } as const;
const resource = { kind: 'Kubernetes', namespace: 'shop', name: 'edge' } as const;

test('the environment wins over the resource, the resource over what is usual where the proxy runs', () => {
  assert.deepEqual(decideDrain({ source: resource }, undefined), { drainDelayMs: 5000, spread: true });
  assert.deepEqual(decideDrain({ source: file }, { spread: true }), { drainDelayMs: 0, spread: true });
  assert.deepEqual(decideDrain({ source: file }, { delay: '3s', spread: false }), {
    drainDelayMs: 3000,
    spread: false,
  });
  assert.equal(
    decideDrain({ source: file, drainDelayMs: 70 }, { delay: '3s', spread: true }).drainDelayMs,
    70,
  );
  assert.equal(decideDrain({ source: resource }, { delay: '0s', spread: true }).drainDelayMs, 0);
});
