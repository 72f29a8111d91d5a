import * as z from 'zod';
import { textMap, valueSet } from './collections.ts';
import { cidr } from './scalars.ts';

/** Who may connect to the pods. Egress is never limited: endpoints and the API server may be anywhere. */
export const networkPolicy = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe('Creates a NetworkPolicy that admits traffic to the listeners’ ports and the admin port only.'),
  clients: valueSet(cidr, 64)
    .optional()
    .describe(
      'CIDR ranges that may connect to the listeners; by default all. The source addresses that the pods see count: those of nodes, unless externalTrafficPolicy is Local.',
    ),
  monitoringNamespaces: textMap(16, 63)
    .optional()
    .describe(
      'Labels of the namespaces, besides the operator’s, whose pods may connect to the admin port; by default none.',
    ),
});

export type NetworkPolicy = z.output<typeof networkPolicy>;
