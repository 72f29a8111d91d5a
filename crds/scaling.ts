import { z } from 'zod';
import { countOrPercent } from './scalars.ts';

export const autoscaling = z.object({
  minReplicas: z.int().min(1).max(1000).default(2).describe('Fewest proxy pods.'),
  maxReplicas: z.int().min(1).max(1000).describe('Most proxy pods.'),
  targetCPUUtilizationPercentage: z
    .int()
    .min(1)
    .max(100)
    .default(70)
    .describe('CPU in use, of what is requested, that the number of pods is chosen for.'),
});

export const disruptionBudget = z.object({
  minAvailable: countOrPercent
    .optional()
    .describe('Pods that must stay when nodes are emptied; a number or a percentage.'),
  maxUnavailable: countOrPercent
    .optional()
    .describe('Pods that may be missing when nodes are emptied, instead of minAvailable.'),
});

export const updateStrategy = z.object({
  type: z
    .enum(['RollingUpdate', 'Recreate', 'OnDelete'])
    .default('RollingUpdate')
    .describe(
      'RollingUpdate replaces pods a few at a time; Recreate stops all first (Deployment only); OnDelete waits for each to be deleted by hand (DaemonSet only).',
    ),
  rollingUpdate: z
    .object({
      maxSurge: countOrPercent.optional().describe('Pods that may be there beyond those asked for.'),
      maxUnavailable: countOrPercent.optional().describe('Pods that may be missing meanwhile.'),
    })
    .optional()
    .describe('How many at a time; by default one more at a time, and none missing.'),
});

export type Autoscaling = z.output<typeof autoscaling>;
export type DisruptionBudget = z.output<typeof disruptionBudget>;
export type UpdateStrategy = z.output<typeof updateStrategy>;
