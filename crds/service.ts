import { z } from 'zod';

/** The Service in front of the proxy pods. */
export const service = z.object({
  type: z
    .enum(['LoadBalancer', 'NodePort', 'ClusterIP', 'None'])
    .default('LoadBalancer')
    .describe('Type of the Service; None makes none.'),
  annotations: z.record(z.string(), z.string().max(4096)).optional().describe('Annotations of the Service.'),
  loadBalancerClass: z.string().max(253).optional().describe('Implementation that serves a LoadBalancer.'),
  externalTrafficPolicy: z
    .enum(['Cluster', 'Local'])
    .optional()
    .describe(
      'Local keeps the client’s address and skips nodes without a pod; the default of Kubernetes is Cluster.',
    ),
});

export type Service = z.output<typeof service>;
