import type { Balancer } from '../../cli/cluster/balancers.ts';
import { type Pod, podOf } from '../../cli/cluster/pods.ts';
import type { Reading } from '../../cli/cluster/reading.ts';
import type { Known } from '../../cli/picture/join.ts';
import { wholeReport } from '../../report/whole.ts';

/** 2026-01-01T01:00:00Z. */
export const NOW = Date.parse('2026-01-01T01:00:00Z');

export const balancer = (status: object = {}, spec: object = {}): Balancer => ({
  metadata: { name: 'edge', namespace: 'shop', generation: 4, creationTimestamp: '2025-12-20T01:00:00Z' },
  spec: {
    listeners: [{ name: 'web', port: 8080, protocol: 'TCP', backend: 'web' }],
    backends: [{ name: 'web', service: { name: 'web', port: 80 } }],
    ...spec,
  },
  status: {
    observedGeneration: 4,
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Available',
        message: 'All replicas serve.',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
    ...status,
  },
});

export const pod = (name: string, status: object = {}): Pod =>
  podOf({
    metadata: { name },
    spec: { nodeName: 'n1' },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      ...status,
    },
  });

export const endpoint = (address: string, more: object = {}): object => ({
  address,
  port: 80,
  weight: 1,
  health: 'Healthy',
  share: 1,
  used: true,
  open: 0,
  connections: 0,
  failures: 0,
  ...more,
});

/** A report that was read at `atMs`. */
export const reading = (endpoints: readonly object[], more: object = {}, atMs = 0): Reading => ({
  kind: 'Report',
  atMs,
  report: wholeReport.parse({
    version: '0.1.0',
    uptimeMs: 60_000 + atMs,
    ready: true,
    revision: 'generation/4',
    source: { following: true },
    tuning: [],
    acceptors: [{ index: 0, open: 0, accepted: 0 }],
    listeners: [{ name: 'web', port: 8080, backend: 'web', open: 0, accepted: 0, closed: 0 }],
    backends: [
      {
        name: 'web',
        algorithm: 'RoundRobin',
        counts: { endpoints: endpoints.length, ready: endpoints.length },
        endpoints,
      },
    ],
    findings: [],
    ...more,
  }),
});

/** What is known of a balancer with these replicas. */
export const known = (readings: Readonly<Record<string, Reading>>, more: Partial<Known> = {}): Known => ({
  balancer: balancer(),
  pods: Object.keys(readings).map((name) => pod(name)),
  readings: new Map(Object.entries(readings)),
  before: undefined,
  ...more,
});
