import { z } from 'zod';
import { keyedList, plainList, quantityMap, textMap } from './collections.ts';
import { cpuQuantity, duration, memoryQuantity, objectName } from './scalars.ts';
import { autoscaling, disruptionBudget, updateStrategy } from './scaling.ts';
import { affinity, toleration, topologySpreadConstraint } from './scheduling.ts';

const resourceList = z.object({
  cpu: cpuQuantity.optional().describe('CPU, in cores or millicores.'),
  memory: memoryQuantity.optional().describe('Memory, in bytes or with a unit.'),
});

/** The shape of what runs the proxy. */
export const workload = z.object({
  kind: z
    .enum(['Deployment', 'DaemonSet'])
    .default('Deployment')
    .describe('Deployment runs a number of pods; DaemonSet runs one on each node that nodeSelector picks.'),
  replicas: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe(
      'Number of proxy pods. With autoscaling it is not used; with capacity, 1 leaves it to the plan.',
    ),
  autoscaling: autoscaling
    .optional()
    .describe('Lets a HorizontalPodAutoscaler choose the number of pods by their CPU.'),
  adminPort: z
    .int()
    .min(1024)
    .max(65535)
    .default(9901)
    .describe(
      'Port of the admin endpoint (health, metrics, status) in each pod; no listener may take it. Balancers with profile HostNetwork that share a node each need their own. Changing it replaces the pods.',
    ),
  image: z
    .string()
    .max(512)
    .regex(
      /^[A-Za-z0-9][!-~]*$/,
      'is not the name of an image, such as registry.example/l4balancer-proxy:1.0',
    )
    .optional()
    .describe('Proxy image, by tag or digest; by default the operator’s own.'),
  imagePullSecrets: keyedList(z.object({ name: objectName.describe('Name of a Secret.') }), ['name'], 16)
    .optional()
    .describe('Secrets with which the image is pulled, in the same namespace.'),
  resources: z
    .object({
      requests: resourceList.optional().describe('What the scheduler reserves.'),
      limits: resourceList.optional().describe('What the kernel enforces; acceptors follow the CPU limit.'),
    })
    .optional()
    .describe('CPU and memory of each pod; each value left out comes from capacity, else from the profile.'),
  extraResources: quantityMap(16)
    .optional()
    .describe(
      'Devices that each pod gets, such as intel.com/sriov: 1 for a network card’s virtual function.',
    ),
  nodeSelector: textMap(64, 63).optional().describe('Labels that a node must have.'),
  tolerations: plainList(toleration, 32).optional().describe('Taints that the pods tolerate.'),
  affinity: affinity.optional().describe('Affinity exactly as in a pod spec.'),
  topologySpreadConstraints: plainList(topologySpreadConstraint, 8)
    .optional()
    .describe('How the pods are spread; by default over nodes and zones, where that is possible.'),
  priorityClassName: objectName.optional().describe('Name of a PriorityClass.'),
  podAnnotations: textMap(64, 4096).optional().describe('Annotations added to the pods.'),
  podLabels: textMap(64, 63).optional().describe('Labels added to the pods.'),
  disruptionBudget: disruptionBudget
    .optional()
    .describe('How many pods node drains leave; by default they take one at a time where there are several.'),
  updateStrategy: updateStrategy.optional().describe('How pods are replaced when their template changes.'),
  terminationGracePeriod: duration
    .default('60s')
    .describe('Time that open connections have to end when a pod stops; 1s to 24h.'),
});

export type Workload = z.output<typeof workload>;
