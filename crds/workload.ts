import { z } from 'zod';
import { duration, quantity } from './scalars.ts';

const resourceList = z.object({
  cpu: quantity.optional().describe('CPU, in cores or millicores.'),
  memory: quantity.optional().describe('Memory, in bytes or with a unit.'),
});

const toleration = z.object({
  key: z.string().max(316).optional().describe('Taint key; empty with Exists matches every taint.'),
  operator: z.enum(['Exists', 'Equal']).optional().describe('Equal compares the value; Exists does not.'),
  value: z.string().max(63).optional().describe('Taint value, with Equal.'),
  effect: z
    .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
    .optional()
    .describe('Effect; empty matches all.'),
  tolerationSeconds: z.int().min(0).max(2147483647).optional().describe('Seconds tolerated, with NoExecute.'),
});

const stringMap = z.record(z.string(), z.string().max(4096));

/** The shape of the proxy's Deployment. */
export const workload = z.object({
  kind: z.enum(['Deployment']).default('Deployment').describe('Kind of workload that runs the proxy.'),
  replicas: z.int().min(0).max(1000).optional().describe('Number of proxy pods; 1 when left out.'),
  image: z.string().min(1).max(512).optional().describe('Proxy image; by default the operator’s own.'),
  resources: z
    .object({
      requests: resourceList.optional().describe('What the scheduler reserves.'),
      limits: resourceList.optional().describe('What the kernel enforces; acceptors follow the CPU limit.'),
    })
    .optional()
    .describe('CPU and memory of each pod; each value left out comes from the profile.'),
  nodeSelector: stringMap.optional().describe('Labels that a node must have.'),
  tolerations: z.array(toleration).max(32).optional().describe('Taints that the pods tolerate.'),
  affinity: z.record(z.string(), z.unknown()).optional().describe('Affinity exactly as in a pod spec.'),
  priorityClassName: z.string().max(253).optional().describe('Name of a PriorityClass.'),
  podAnnotations: stringMap.optional().describe('Annotations added to the pods.'),
  podLabels: stringMap.optional().describe('Labels added to the pods.'),
  terminationGracePeriod: duration
    .default('60s')
    .describe('Time that open connections have to end when a pod stops.'),
});

export type Workload = z.output<typeof workload>;
export type Toleration = z.output<typeof toleration>;
