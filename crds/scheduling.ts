import * as z from 'zod';
import { passedOn, valueSet } from './collections.ts';
import { labelKey } from './scalars.ts';

export const toleration = z.object({
  key: z.string().max(316).optional().describe('Taint key; empty with Exists matches every taint.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('Equal compares the value; Exists does not.'),
  value: z.string().max(63).optional().describe('Taint value, with Equal.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect; empty matches all.'),
  tolerationSeconds: z.int().min(0).max(2147483647).optional().describe('Seconds tolerated, with NoExecute.'),
});

export const affinity = z.object({
  nodeAffinity: passedOn().optional().describe('Nodes that the pods prefer or require.'),
  podAffinity: passedOn().optional().describe('Pods to be placed near.'),
  podAntiAffinity: passedOn().optional().describe('Pods to be placed apart from.'),
});

export const topologySpreadConstraint = z.object({
  topologyKey: labelKey.describe('Node label whose values are the topology domains.'),
  whenUnsatisfiable: z
    .enum(['DoNotSchedule', 'ScheduleAnyway'])
    .describe('Whether a pod stays pending or is scheduled anyway.'),
  maxSkew: z.int().min(1).max(1000).default(1).describe('Pods that one domain may have more than another.'),
  minDomains: z.int().min(1).max(1000).optional().describe('Minimum number of domains, with DoNotSchedule.'),
  labelSelector: passedOn().optional().describe('Pods to count; by default those of this resource.'),
  matchLabelKeys: valueSet(labelKey, 8)
    .optional()
    .describe('Labels whose values counted pods must share; with the default selector pod-template-hash.'),
  nodeAffinityPolicy: z
    .enum(['Honor', 'Ignore'])
    .optional()
    .describe('Whether nodes excluded by nodeSelector and affinity count.'),
  nodeTaintsPolicy: z
    .enum(['Honor', 'Ignore'])
    .optional()
    .describe('Whether nodes with taints that are not tolerated count.'),
});

export type Toleration = z.output<typeof toleration>;
export type TopologySpreadConstraint = z.output<typeof topologySpreadConstraint>;
