import { z } from 'zod';
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
  nodeAffinity: passedOn().optional().describe('Which nodes the pods prefer or need.'),
  podAffinity: passedOn().optional().describe('Which pods they want to be near.'),
  podAntiAffinity: passedOn().optional().describe('Which pods they want to be away from.'),
});

export const topologySpreadConstraint = z.object({
  topologyKey: labelKey.describe('Label of nodes whose values are the places to spread over.'),
  whenUnsatisfiable: z
    .enum(['DoNotSchedule', 'ScheduleAnyway'])
    .describe('Whether a pod waits, or goes where it can.'),
  maxSkew: z.int().min(1).max(1000).default(1).describe('Pods that a place may have more than another.'),
  minDomains: z.int().min(1).max(1000).optional().describe('Places that there must be, with DoNotSchedule.'),
  labelSelector: passedOn().optional().describe('Pods that are counted; by default those of the resource.'),
  matchLabelKeys: valueSet(labelKey, 8)
    .optional()
    .describe('Labels in which counted pods must be equal; with the default selector pod-template-hash.'),
  nodeAffinityPolicy: z
    .enum(['Honor', 'Ignore'])
    .optional()
    .describe('Whether nodes count that nodeSelector and affinity leave out.'),
  nodeTaintsPolicy: z
    .enum(['Honor', 'Ignore'])
    .optional()
    .describe('Whether nodes count whose taints are not tolerated.'),
});

export type Toleration = z.output<typeof toleration>;
export type TopologySpreadConstraint = z.output<typeof topologySpreadConstraint>;
