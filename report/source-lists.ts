import * as z from 'zod';
import { count, text } from './fields.ts';

/** How many ranges decide who may connect to a listener. */
export const ranges = z.object({
  allow: count('ranges')
    .exactOptional()
    .describe('Ranges that may connect; absent if all may that are not denied. 0 means that nobody may.'),
  deny: count('ranges').describe('Ranges that may not connect.'),
});

/** A list of sources in a ConfigMap or a file, as it was read last. */
export const sourceList = z.object({
  name: text(255).describe('Name of the ConfigMap, or path of the file, as the listener has it.'),
  allow: count('ranges')
    .exactOptional()
    .describe('Ranges that may connect; absent if it does not say who may.'),
  deny: count('ranges').exactOptional().describe('Ranges that may not connect; absent if it has none.'),
  ageMs: z
    .number()
    .exactOptional()
    .meta({ unit: 'ms' })
    .describe('Time since its content was read; absent if it never could be, so that nobody may connect.'),
  unusableForMs: z
    .number()
    .exactOptional()
    .meta({ unit: 'ms' })
    .describe(
      'Time for which it has been missing or invalid, so that what was read last stays in effect; absent if it can be used. The finding about it says why.',
    ),
});
