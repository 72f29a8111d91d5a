import { z } from 'zod';

/** Which ended connections are logged, on standard output as JSON. */
export const accessLog = z.object({
  mode: z
    .enum(['Off', 'Errors', 'All', 'Sampled'])
    .default('Off')
    .describe(
      'Errors logs what did not end well; Sampled logs one connection of every sampleOneIn. Write "Off" in quotes: YAML takes the bare word for false.',
    ),
  sampleOneIn: z.int().min(2).max(1_000_000).default(100).describe('With Sampled: one of how many.'),
});

export type AccessLog = z.output<typeof accessLog>;
