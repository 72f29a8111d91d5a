import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spec } from '../../../crds/l4balancer.ts';
import { configurationOf } from '../../../proxy/configuration/from-l4balancer.ts';
import { configurationFor } from '../configurations.ts';

const ENDPOINTS = [{ address: '2001:DB8::1', port: 1, weight: 2, backup: true }];

test('a resource is converted to plain data with times in milliseconds', () => {
  const { tuning, ...rest } = configurationFor({
    listeners: [
      {
        name: 'z',
        port: 53,
        address: '2001:DB8::9',
        backend: 'b',
        timeouts: { idle: '1m', halfClosed: '2s', handshake: '3s', keepalive: { time: '30s', probes: 4 } },
        proxyProtocol: { trustedSources: ['10.0.0.0/8'] },
      },
    ],
    backends: [
      {
        name: 'b',
        endpoints: ENDPOINTS,
        drained: ['10.0.0.1:80'],
        algorithm: 'Maglev',
        healthCheck: { port: 9, http: { path: '/ok' }, type: 'HTTP', interval: '2s', timeout: '300ms' },
        outlierDetection: { ejectionTime: '10s' },
        panicThresholdPercent: 40,
        slowStart: '30s',
        connect: { timeout: '1500ms', totalTimeout: '3s', retries: 1, retryBudgetPercent: 20 },
        maxConnectionsPerEndpoint: 7,
        drain: { onRemoval: 'Close', onUnhealthy: 'Close' },
        proxyProtocol: { version: 'V2', tlvs: ['UniqueId'] },
      },
    ],
    drain: { delay: '3s', spread: false },
    accessLog: { mode: 'Errors' },
    tuning: { acceptors: 3, logLevel: 'warn' },
  });
  assert.deepEqual(rest, {
    listeners: [
      {
        name: 'z',
        protocol: 'TCP',
        port: 53,
        address: '2001:db8::9',
        backend: 'b',
        policy: {
          idleMs: 60_000,
          halfClosedMs: 2000,
          keepalive: { timeSeconds: 30, intervalSeconds: 0, probes: 4 },
          proxyProtocol: { accept: 'Any', required: true, trustedSources: ['10.0.0.0/8'], timeoutMs: 3000 },
        },
      },
    ],
    backends: [
      {
        name: 'b',
        endpoints: ENDPOINTS,
        drained: ['10.0.0.1:80'],
        policy: {
          algorithm: 'Maglev',
          connectMs: 1500,
          totalConnectMs: 3000,
          retries: 1,
          retryBudgetPercent: 20,
          maxConnectionsPerEndpoint: 7,
          closeOnRemoval: true,
          proxyProtocol: { version: 'V2', checksum: false, uniqueId: true, tls: [] },
        },
        health: {
          check: {
            kind: { type: 'HTTP', path: '/ok', expectedStatuses: [200], host: undefined, tls: false },
            port: 9,
            intervalMs: 2000,
            timeoutMs: 300,
            thresholds: { healthyThreshold: 2, unhealthyThreshold: 3 },
          },
          ejection: { consecutiveFailures: 5, timeMs: 10_000, maxPercent: 50 },
          slowStartMs: 30_000,
        },
        panicThresholdPercent: 40,
        closeOnUnhealthy: true,
      },
    ],
    accessLog: { mode: 'Errors', sampleOneIn: 100 },
    drain: { delayMs: 3000, spread: false },
    written: {
      listeners: new Map([['z', 'spec.listeners[0]']]),
      backends: new Map([['b', 'spec.backends[0]']]),
    },
  });
  assert.deepEqual([tuning.acceptors, tuning.pod?.acceptors, tuning.logLevel], [3, 3, 'warn']);
});

test('what is left out has no value that would stand for one', () => {
  const { listeners, backends, drain, tuning } = configurationFor({
    listeners: [{ name: 'l', port: 80, backend: 'b' }],
    backends: [{ name: 'b', service: { name: 's', port: 'http' } }],
  });
  assert.deepEqual(listeners[0], {
    name: 'l',
    protocol: 'TCP',
    port: 80,
    backend: 'b',
    policy: { idleMs: 3_600_000, halfClosedMs: 300_000 },
  });
  assert.deepEqual(backends[0]?.service, { name: 's', port: 'http' });
  assert.deepEqual(backends[0]?.endpoints, []);
  assert.deepEqual(backends[0]?.health, { check: undefined, ejection: undefined, slowStartMs: 0 });
  assert.equal(backends[0]?.policy.maxConnectionsPerEndpoint, 0);
  assert.deepEqual(drain, { spread: true });
  assert.equal(tuning.acceptors, undefined);
});

test('paths are those in the resource as it was written; a name that occurs twice has its first', () => {
  const served = spec.parse({
    listeners: [{ name: 'l', port: 80, backend: 'b' }],
    backends: [{ name: 'b', endpoints: ENDPOINTS }],
  });
  const named = (...names: readonly string[]) => names.map((name) => ({ name }));
  const { written } = configurationOf(served, {
    listeners: named('new', 'l'),
    backends: named('odd', 'b', 'odd'),
  });
  assert.equal(written.listeners.get('l'), 'spec.listeners[1]');
  assert.equal(written.listeners.get('new'), 'spec.listeners[0]', 'also of what is not served');
  assert.equal(written.backends.get('odd'), 'spec.backends[0]');
});
