import * as z from 'zod';

/** When the resource is considered ready. */
export const readiness = z.object({
  requireEndpoints: z
    .boolean()
    .default(true)
    .describe(
      'The resource is not Ready while a listener’s backend has no usable endpoint. With false this is only a warning.',
    ),
});
