import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_BACKEND, DEFAULT_LISTENER_POLICY, DEFAULTS } from '../../../proxy/configuration/defaults.ts';
import { requestedTuning } from '../../../proxy/tuning/requested-tuning.ts';
import { configurationFor } from '../configurations.ts';

test('the defaults for any source are those of an L4Balancer', () => {
  const { listeners, backends, accessLog, drain, tuning } = configurationFor({
    listeners: [
      { name: 't', port: 80, backend: 'b' },
      { name: 'u', port: 80, protocol: 'UDP', backend: 'b' },
    ],
    backends: [{ name: 'b', endpoints: [{ address: '192.0.2.1', port: 1 }] }],
  });
  const [tcp, udp] = listeners;
  const [{ name: _name, endpoints: _endpoints, ...backend } = {}] = backends;
  const { pod: _pod, ...ofProcess } = tuning;
  assert.deepEqual({ TCP: tcp?.policy, UDP: udp?.policy }, DEFAULT_LISTENER_POLICY);
  assert.deepEqual(backend, DEFAULT_BACKEND);
  // The sysctls are those of the profile, which describes pods.
  assert.deepEqual({ accessLog, drain, tuning: { ...ofProcess, sysctls: [] } }, DEFAULTS);
});

test('a source that knows of no pod requests neither acceptors nor CPUs, in a cluster or outside', () => {
  for (const inCluster of [true, false])
    assert.deepEqual(requestedTuning({}, DEFAULTS.tuning, inCluster), { sysctls: [] });
});
