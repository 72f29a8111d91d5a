import * as z from 'zod';
import { countOrPercent } from './scalars.ts';

export const autoscaling = z.object({
  minReplicas: z.int().min(1).max(1000).default(2).describe('Minimum number of proxy pods.'),
  maxReplicas: z.int().min(1).max(1000).describe('Maximum number of proxy pods.'),
  targetCPUUtilizationPercentage: z
    .int()
    .min(1)
    .max(100)
    .default(70)
    .describe('Target CPU utilization, as a percentage of the request.'),
});

export const disruptionBudget = z.object({
  minAvailable: countOrPercent
    .optional()
    .describe('Pods that must remain while nodes are drained; a number or a percentage.'),
  maxUnavailable: countOrPercent
    .optional()
    .describe('Pods that may be unavailable while nodes are drained; instead of minAvailable.'),
});

export const updateStrategy = z.object({
  type: z
    .enum(['RollingUpdate', 'Recreate', 'OnDelete'])
    .default('RollingUpdate')
    .describe(
      'RollingUpdate replaces pods gradually; Recreate stops all first (Deployment only); OnDelete replaces a pod when it is deleted (DaemonSet only).',
    ),
  rollingUpdate: z
    .object({
      maxSurge: countOrPercent.optional().describe('Pods that may exist beyond the desired number.'),
      maxUnavailable: countOrPercent.optional().describe('Pods that may be unavailable during the update.'),
    })
    .optional()
    .describe('How many pods at a time; by default one is added at a time and none is unavailable.'),
});

export type Autoscaling = z.output<typeof autoscaling>;
export type DisruptionBudget = z.output<typeof disruptionBudget>;
export type UpdateStrategy = z.output<typeof updateStrategy>;
