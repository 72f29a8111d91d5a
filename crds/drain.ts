import * as z from 'zod';
import { duration } from './scalars.ts';

/** How a proxy that shuts down lets its connections end. */
export const drain = z.object({
  delay: duration
    .optional()
    .describe(
      'Time for which a terminating pod still accepts new connections; 0s to 1h, and less than workload.terminationGracePeriod, which includes it. Defaults to 5s in Kubernetes, at most half of the grace period, and to 0s elsewhere.',
    ),
  spread: z
    .boolean()
    .default(true)
    .describe(
      'Closes idle connections one by one over the remaining time, so that clients do not all reconnect at once. With false all are kept until the end.',
    ),
});

export type Drain = z.output<typeof drain>;
