import { z } from 'zod';
import { textMap } from './collections.ts';

/** The Service in front of the proxy pods. */
export const service = z.object({
  type: z
    .enum(['LoadBalancer', 'NodePort', 'ClusterIP', 'None'])
    .default('LoadBalancer')
    .describe('Type of the Service; None makes none.'),
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
  externalTrafficPolicy: z
    .enum(['Cluster', 'Local'])
    .optional()
    .describe(
      'Local keeps the client’s address and skips nodes without a pod; Kubernetes’ default is Cluster. Only with type LoadBalancer or NodePort.',
    ),
});

export type Service = z.output<typeof service>;
