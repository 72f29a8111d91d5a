import { z } from 'zod';

/** When the resource counts as ready. */
export const readiness = z.object({
  requireEndpoints: z
    .boolean()
    .default(true)
    .describe(
      'True makes the resource not Ready while the backend of a listener has no endpoint that takes connections; false only warns of it.',
    ),
});
