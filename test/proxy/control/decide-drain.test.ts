import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideDrain } from '../../../proxy/control/decide-drain.ts';

const file = { kind: 'File', path: 'edge.yaml' } as const;
const resource = { kind: 'Kubernetes', namespace: 'shop', name: 'edge' } as const;

test('the environment wins over the resource, the resource over what is usual where the proxy runs', () => {
  assert.deepEqual(decideDrain({ source: resource, gracePeriodMs: 60_000 }, undefined), {
    drainDelayMs: 5000,
    spread: true,
  });
  assert.deepEqual(decideDrain({ source: file, gracePeriodMs: 60_000 }, { spread: true }), {
    drainDelayMs: 0,
    spread: true,
  });
  assert.deepEqual(decideDrain({ source: file, gracePeriodMs: 60_000 }, { delay: '3s', spread: false }), {
    drainDelayMs: 3000,
    spread: false,
  });
  assert.equal(
    decideDrain({ source: file, gracePeriodMs: 60_000, drainDelayMs: 70 }, { delay: '3s', spread: true })
      .drainDelayMs,
    70,
  );
  assert.equal(
    decideDrain({ source: resource, gracePeriodMs: 60_000 }, { delay: '0s', spread: true }).drainDelayMs,
    0,
  );
});

test('what is usual leaves half of a short grace period to the connections', () => {
  assert.equal(decideDrain({ source: resource, gracePeriodMs: 4_000 }, undefined).drainDelayMs, 2000);
  assert.equal(decideDrain({ source: resource, gracePeriodMs: 10_000 }, undefined).drainDelayMs, 5000);
});
