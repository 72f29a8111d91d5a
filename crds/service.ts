import { z } from 'zod';
import { numberMap, textMap, valueSet } from './collections.ts';
import { cidr } from './scalars.ts';

/** The Service in front of the proxy pods. */
export const service = z.object({
  type: z
    .enum(['LoadBalancer', 'NodePort', 'ClusterIP', 'None'])
    .default('LoadBalancer')
    .describe('Type of the Service; None makes none.'),
  labels: textMap(64, 63).optional().describe('Labels added to the Service.'),
  annotations: textMap(64, 4096).optional().describe('Annotations of the Service.'),
  loadBalancerClass: z
    .string()
    .max(317)
    .regex(
      /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?\/)?[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/,
      'is not a load balancer class: write a name such as example.com/internal',
    )
    .optional()
    .describe(
      'Implementation that serves the Service; only with type LoadBalancer, and not changed while that is the type.',
    ),
  loadBalancerIP: z
    .string()
    .min(2)
    .max(45)
    .optional()
    .describe(
      'Address that the load balancer is asked for; only with type LoadBalancer. Many implementations want an annotation instead.',
    ),
  loadBalancerSourceRanges: valueSet(cidr, 64)
    .optional()
    .describe(
      'Addresses that the load balancer lets in, where its implementation can; only with type LoadBalancer.',
    ),
  externalTrafficPolicy: z
    .enum(['Cluster', 'Local'])
    .optional()
    .describe(
      'Local keeps the client’s address and skips nodes without a pod; Kubernetes’ default is Cluster. Only with type LoadBalancer or NodePort.',
    ),
  nodePorts: numberMap(64, 1, 65535)
    .optional()
    .describe(
      'Ports on every node, by the name of the listener; those left out are chosen by Kubernetes. Only with type LoadBalancer or NodePort.',
    ),
  ipFamilyPolicy: z
    .enum(['SingleStack', 'PreferDualStack', 'RequireDualStack'])
    .optional()
    .describe('Whether the Service has IPv4 and IPv6 addresses; Kubernetes’ default is SingleStack.'),
  sessionAffinity: z
    .enum(['None', 'ClientIP'])
    .optional()
    .describe(
      'ClientIP sends the connections of one client address to one pod, for three hours after the last one; Kubernetes’ default is None.',
    ),
});

export type Service = z.output<typeof service>;
