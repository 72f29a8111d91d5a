import { z } from 'zod';
import { passedOn, plainList, textMap } from './collections.ts';
import { cpuQuantity, duration, memoryQuantity, objectName } from './scalars.ts';

const resourceList = z.object({
  cpu: cpuQuantity.optional().describe('CPU, in cores or millicores.'),
  memory: memoryQuantity.optional().describe('Memory, in bytes or with a unit.'),
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

const affinity = z.object({
  nodeAffinity: passedOn().optional().describe('Which nodes the pods prefer or need.'),
  podAffinity: passedOn().optional().describe('Which pods they want to be near.'),
  podAntiAffinity: passedOn().optional().describe('Which pods they want to be away from.'),
});

/** The shape of the proxy's Deployment. */
export const workload = z.object({
  kind: z.enum(['Deployment']).default('Deployment').describe('Kind of workload that runs the proxy.'),
  replicas: z.int().min(0).max(1000).default(1).describe('Number of proxy pods.'),
  image: z
    .string()
    .max(512)
    .regex(
      /^[A-Za-z0-9][!-~]*$/,
      'is not the name of an image, such as registry.example/l4balancer-proxy:1.0',
    )
    .optional()
    .describe('Proxy image; by default the operator’s own.'),
  resources: z
    .object({
      requests: resourceList.optional().describe('What the scheduler reserves.'),
      limits: resourceList.optional().describe('What the kernel enforces; acceptors follow the CPU limit.'),
    })
    .optional()
    .describe('CPU and memory of each pod; each value left out comes from the profile.'),
  nodeSelector: textMap(64, 63).optional().describe('Labels that a node must have.'),
  tolerations: plainList(toleration, 32).optional().describe('Taints that the pods tolerate.'),
  affinity: affinity.optional().describe('Affinity exactly as in a pod spec.'),
  priorityClassName: objectName.optional().describe('Name of a PriorityClass.'),
  podAnnotations: textMap(64, 4096).optional().describe('Annotations added to the pods.'),
  podLabels: textMap(64, 63).optional().describe('Labels added to the pods.'),
  terminationGracePeriod: duration
    .default('60s')
    .describe('Time that open connections have to end when a pod stops; 1s to 24h.'),
});

export type Workload = z.output<typeof workload>;
export type Toleration = z.output<typeof toleration>;
