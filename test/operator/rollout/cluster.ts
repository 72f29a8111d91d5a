import type { ClusterNode } from '../../../operator/objects/node.ts';
import type { Pod } from '../../../operator/objects/pod.ts';
import type { Trial, TriedTemplate } from '../../../operator/rollout/trial.ts';
import { forbidden, pod } from '../status/fixtures.ts';

/** A node that is ready, with these labels. */
export const node = (
  name: string,
  labels: Readonly<Record<string, string>> = {},
  spec: ClusterNode['spec'] = {},
): ClusterNode => ({
  metadata: { name, uid: `uid-${name}`, labels: { 'kubernetes.io/hostname': name, ...labels } },
  ...(spec === undefined ? {} : { spec }),
  status: {
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-24T10:00:00Z' }],
    nodeInfo: { kubeletVersion: 'v1.34.4' },
  },
});

const SYSCTLS = [{ name: 'net.core.somaxconn', value: '65535' }];

export const template = (more: object = {}): TriedTemplate => ({
  spec: { securityContext: { sysctls: SYSCTLS }, ...more },
});

export const trial = (placement: Trial['placement'] = {}): Trial => ({
  sysctls: SYSCTLS,
  unsafe: ['net.core.somaxconn'],
  placement,
});

export const running = (name: string, nodeName: string, owner?: string): Pod =>
  pod(name, nodeName, { phase: 'Running' }, owner);

export const refused = (count: number, nodeName = 'n1'): readonly Pod[] =>
  Array.from({ length: count }, (_, i) => forbidden(`refused-${i}`, nodeName));
