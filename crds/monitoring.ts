import * as z from 'zod';
import { textMap } from './collections.ts';
import { duration } from './scalars.ts';

/** How Prometheus finds the pods. */
export const monitoring = z.object({
  podMonitor: z
    .boolean()
    .default(false)
    .describe('Creates a PodMonitor if the cluster has that kind (Prometheus Operator).'),
  labels: textMap(16, 63)
    .optional()
    .describe('Labels of the PodMonitor that Prometheus selects it by, such as release.'),
  interval: duration.default('30s').describe('Scrape interval; 1s to 1h.'),
});

export type Monitoring = z.output<typeof monitoring>;
