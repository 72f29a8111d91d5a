import * as z from 'zod';
import { numberMap, textMap, valueSet } from './collections.ts';
import { cidr } from './scalars.ts';

/** The Service in front of the proxy pods. */
export const service = z.object({
  type: z
    .enum(['LoadBalancer', 'NodePort', 'ClusterIP', 'None'])
    .default('LoadBalancer')
    .describe('Type of the Service; None creates no Service.'),
  labels: textMap(64, 63).optional().describe('Labels added to the Service.'),
  annotations: textMap(64, 4096).optional().describe('Annotations added to the Service.'),
  loadBalancerClass: z
    .string()
    .max(317)
    .regex(
      /^([a-z0-9]([-.a-z0-9]*[a-z0-9])?\/)?[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/,
      'is not a load balancer class: write a name such as example.com/internal',
    )
    .optional()
    .describe(
      'Load balancer implementation; only with type LoadBalancer, and immutable while the type stays so.',
    ),
  loadBalancerIP: z
    .string()
    .min(2)
    .max(45)
    .optional()
    .describe(
      'Requested address of the load balancer; only with type LoadBalancer. Many implementations use an annotation instead.',
    ),
  loadBalancerSourceRanges: valueSet(cidr, 64)
    .optional()
    .describe(
      'CIDR ranges that the load balancer admits, if its implementation supports that; only with type LoadBalancer. If omitted, with externalTrafficPolicy Local: sources.allow of the listeners, if all have the same and no deny, no lists and no proxyProtocol.',
    ),
  externalTrafficPolicy: z
    .enum(['Cluster', 'Local'])
    .optional()
    .describe(
      'Local preserves the client’s address and skips nodes without a pod; Kubernetes defaults to Cluster. Only with type LoadBalancer or NodePort.',
    ),
  nodePorts: numberMap(64, 1, 65535)
    .optional()
    .describe(
      'Ports on every node, by listener name; Kubernetes chooses the others. Only with type LoadBalancer or NodePort.',
    ),
  ipFamilyPolicy: z
    .enum(['SingleStack', 'PreferDualStack', 'RequireDualStack'])
    .optional()
    .describe('Whether the Service has IPv4 and IPv6 addresses; Kubernetes defaults to SingleStack.'),
  protocols: z
    .enum(['Together', 'Separate'])
    .optional()
    .describe(
      'Separate creates a second Service, with “-udp” after its name, for the UDP listeners if there are TCP listeners as well: some load balancers refuse both protocols in one. Its address is another one unless annotations make both share one, and its node ports must be others. Defaults to Together.',
    ),
  sessionAffinity: z
    .enum(['None', 'ClientIP'])
    .optional()
    .describe(
      'ClientIP sends all connections of a client address to the same pod, until three hours after the last one; Kubernetes defaults to None.',
    ),
});

export type Service = z.output<typeof service>;
