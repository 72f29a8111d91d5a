import * as z from 'zod';
import { keyedList, valueSet } from './collections.ts';
import { objectName } from './scalars.ts';

/** An address or a CIDR range, as far as a pattern can check it; a rule checks the rest. */
export const addressRange = z
  .string()
  .max(49)
  .regex(
    /^[0-9a-fA-F:.]{2,45}(\/[0-9]{1,3})?$/,
    'is neither an address nor a CIDR range: write it as 192.0.2.1, 10.0.0.0/8 or fd00::/8',
  );

export const sources = z.object({
  allow: valueSet(addressRange, 256)
    .optional()
    .describe(
      'Addresses and CIDR ranges that may connect; without any entry here or in a list, all may. IPv6 ranges contain no IPv4 addresses.',
    ),
  deny: valueSet(addressRange, 256)
    .optional()
    .describe('Addresses and CIDR ranges that may not connect. Takes precedence over allow.'),
  fromConfigMaps: keyedList(
    z.object({ name: objectName.describe('Name of a ConfigMap in the same namespace.') }),
    ['name'],
    16,
  )
    .optional()
    .describe(
      'Long lists: each ConfigMap has the keys allow, deny or both, with one address or CIDR range per line; "#" and ";" begin a comment. Changes take effect at once. While a list cannot be read and never was, nobody may connect. Only in a cluster.',
    ),
  fromFiles: valueSet(z.string().min(1).max(255), 16)
    .optional()
    .describe(
      'Like fromConfigMaps, but without a cluster: paths of files, relative to the manifest, whose lines are "allow" or "deny" and an address or a CIDR range.',
    ),
});

export type Sources = z.output<typeof sources>;
