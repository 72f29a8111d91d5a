import { z } from 'zod';

/** How many connections there will be: sizes the pods where the workload does not. */
export const capacity = z.object({
  connections: z
    .int()
    .min(1)
    .max(100_000_000)
    .describe(
      'Connections open at once, of all replicas together. CPU, memory and replicas follow from it; those given under workload win.',
    ),
  connectionsPerCore: z
    .int()
    .min(100)
    .max(1_000_000)
    .optional()
    .describe(
      'Active connections that one core carries. By default 50000, and 20000 where every connection is also logged; to change it changes the pods.',
    ),
});

export type Capacity = z.output<typeof capacity>;
