import * as z from 'zod';
import { duration } from './scalars.ts';

/** A collector that proxies send to by OTLP over HTTP. */
export const otlp = z.object({
  endpoint: z
    .string()
    .max(253)
    .regex(
      /^https?:\/\/([a-zA-Z0-9]([-._a-zA-Z0-9]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(:[0-9]{1,5})?(\/[-._~a-zA-Z0-9/]*)?$/,
      'is not the base URL of a collector, such as http://collector.observability:4318',
    )
    .describe(
      'Base URL of a collector that takes OTLP over HTTP, such as http://collector.observability:4318; /v1/logs and /v1/metrics are appended. A change takes effect at once; no pod restarts.',
    ),
  accessLog: z
    .boolean()
    .default(true)
    .describe('Sends the connections that accessLog selects, which are written to standard output as well.'),
  metrics: z.boolean().default(true).describe('Sends the metrics of /metrics, under the same names.'),
  interval: duration.default('30s').describe('How often metrics are sent; 1s to 1h.'),
});

export type Otlp = z.output<typeof otlp>;
