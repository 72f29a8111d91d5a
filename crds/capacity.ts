import * as z from 'zod';

/** Expected connections: determines the size of the pods unless `workload` sets it. */
export const capacity = z.object({
  connections: z
    .int()
    .min(1)
    .max(100_000_000)
    .describe(
      'Concurrent connections of all replicas together. CPU, memory and replicas are derived from it; values set under workload take precedence.',
    ),
  connectionsPerCore: z
    .int()
    .min(100)
    .max(1_000_000)
    .optional()
    .describe(
      'Active connections that one core carries. Defaults to 50000, or to 20000 when TLS ends at a listener or every connection is logged. Changing it changes the pods.',
    ),
});

export type Capacity = z.output<typeof capacity>;
