import * as z from 'zod';
import { keyedList, plainList, quantityMap, textMap } from './collections.ts';
import { cpuQuantity, duration, memoryQuantity, objectName } from './scalars.ts';
import { autoscaling, disruptionBudget, updateStrategy } from './scaling.ts';
import { affinity, toleration, topologySpreadConstraint } from './scheduling.ts';

const resourceList = z.object({
  cpu: cpuQuantity.optional().describe('CPU, in cores or millicores.'),
  memory: memoryQuantity.optional().describe('Memory, in bytes or with a unit.'),
});

/** The workload that runs the proxy. */
export const workload = z.object({
  kind: z
    .enum(['Deployment', 'DaemonSet'])
    .default('Deployment')
    .describe('Deployment runs a number of pods; DaemonSet runs one on each node selected by nodeSelector.'),
  replicas: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe(
      'Number of proxy pods. Ignored with autoscaling; with capacity, 1 means that the number is derived from it.',
    ),
  autoscaling: autoscaling
    .optional()
    .describe('Lets a HorizontalPodAutoscaler choose the number of pods by CPU utilization.'),
  adminPort: z
    .int()
    .min(1024)
    .max(65535)
    .default(9901)
    .describe(
      'Port of the admin endpoint (health, metrics, status) in each pod; no listener may use it. Balancers with profile HostNetwork that share a node need different ones. Changing it replaces the pods.',
    ),
  image: z
    .string()
    .max(512)
    .regex(
      /^[A-Za-z0-9][!-~]*$/,
      'is not the name of an image, such as registry.example/l4balancer-proxy:1.0',
    )
    .optional()
    .describe('Proxy image, by tag or digest. Defaults to the one configured in the operator.'),
  imagePullSecrets: keyedList(z.object({ name: objectName.describe('Name of a Secret.') }), ['name'], 16)
    .optional()
    .describe('Secrets for pulling the image, in the same namespace.'),
  resources: z
    .object({
      requests: resourceList.optional().describe('Resources that the scheduler reserves.'),
      limits: resourceList
        .optional()
        .describe('Limits that the kernel enforces. The number of acceptors follows the CPU limit.'),
    })
    .optional()
    .describe(
      'CPU and memory of each pod; omitted values are derived from capacity if set, otherwise from the profile.',
    ),
  extraResources: quantityMap(16)
    .optional()
    .describe('Devices of each pod, such as intel.com/sriov: 1 for a virtual function of a network card.'),
  nodeSelector: textMap(64, 63).optional().describe('Labels that a node must have.'),
  tolerations: plainList(toleration, 32).optional().describe('Taints that the pods tolerate.'),
  affinity: affinity.optional().describe('Affinity, as in a pod spec.'),
  topologySpreadConstraints: plainList(topologySpreadConstraint, 8)
    .optional()
    .describe('How pods are spread; by default over nodes and zones if possible.'),
  priorityClassName: objectName.optional().describe('Name of a PriorityClass.'),
  podAnnotations: textMap(64, 4096).optional().describe('Annotations added to the pods.'),
  podLabels: textMap(64, 63).optional().describe('Labels added to the pods.'),
  disruptionBudget: disruptionBudget
    .optional()
    .describe('How many pods a node drain may evict; by default one at a time if there are several.'),
  updateStrategy: updateStrategy.optional().describe('How pods are replaced when their template changes.'),
  terminationGracePeriod: duration
    .default('60s')
    .describe('Time for open connections to end when a pod is terminated; 1s to 24h.'),
});

export type Workload = z.output<typeof workload>;
