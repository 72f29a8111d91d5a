import { z } from 'zod';
import { duration } from './scalars.ts';

/** How a proxy that is told to stop lets its connections end. */
export const drain = z.object({
  delay: duration
    .optional()
    .describe(
      'Time in which new connections are still taken after a pod was told to stop; 0s to 1h, and less than workload.terminationGracePeriod, of which it is a part. By default 5s in Kubernetes, at most half of that period; none elsewhere.',
    ),
  spread: z
    .boolean()
    .default(true)
    .describe(
      'True closes idle connections one by one over the time that is left, so that clients do not come back all at once; false keeps all until the end.',
    ),
});

export type Drain = z.output<typeof drain>;
