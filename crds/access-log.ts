import * as z from 'zod';

/** Which closed connections are logged to standard output as JSON. */
export const accessLog = z.object({
  mode: z
    .enum(['Off', 'Errors', 'All', 'Sampled'])
    .default('Off')
    .describe(
      'Errors logs connections that failed; Sampled logs one of every sampleOneIn connections. Write "Off" in quotes: YAML reads the bare word as false.',
    ),
  sampleOneIn: z
    .int()
    .min(2)
    .max(1_000_000)
    .default(100)
    .describe('With mode Sampled: one connection of this many is logged.'),
});

export type AccessLog = z.output<typeof accessLog>;
